/** Writes the files that are made from the settings: `node src/settings/write-documents.ts`. Tests hold them equal. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { envExample, settingsTable } from './env-example.ts';

const root = join(import.meta.dirname, '../..');
const operating = join(root, 'docs/operating.md');

writeFileSync(join(root, '.env.example'), envExample());
writeFileSync(
  operating,
  readFileSync(operating, 'utf8').replace(
    /(<!-- settings -->\n.*\n\n)[^]*?(\n\n.*\n<!-- \/settings -->)/,
    (_, before: string, after: string) => `${before}${settingsTable()}${after}`,
  ),
);
