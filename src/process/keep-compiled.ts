import { existsSync, mkdirSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import type { Settings } from '../settings/settings.ts';

/** Not in a folder that others may write to: what is kept there is run. */
export function keepCompiled({
  DATA_DIR,
  DATABASE_URL,
}: Pick<Settings, 'DATA_DIR' | 'DATABASE_URL'>): void {
  try {
    // The embedded database makes this folder anyway; beside one's own nothing may be written here at all.
    if (!DATABASE_URL) mkdirSync(DATA_DIR, { recursive: true, mode: 0o700 });
    if (existsSync(DATA_DIR)) enableCompileCache(join(DATA_DIR, 'compiled'));
  } catch {
    // Only slower. Whoever needs the folder will say why it cannot be had.
  }
}
