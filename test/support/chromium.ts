import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The shell paints the same pages without the windows around them, in two thirds of the time. */
const NAMES = ['chromium-headless-shell', 'chromium'];

/** Where Chromium is, if it is on the path: the tests that need it are left out otherwise. */
export const CHROMIUM: string[] = NAMES.flatMap((name) =>
  (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, name)),
)
  .filter(isProgram)
  .slice(0, 1);

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
