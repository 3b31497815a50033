import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * GATEHOUSE_SECRET for development, where none is given: made once in DATA_DIR, readable by its owner only. Of several
 * processes that start at once the first one's counts, and it is never seen half-written.
 */
export function generatedSecret(dataDir: string): string {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const path = join(dataDir, 'gatehouse.secret');
  if (!existsSync(path)) make(path);
  return readFileSync(path, 'utf8').trim();
}

function make(path: string): void {
  const scratch = `${path}.new-${process.pid}-${randomBytes(4).toString('hex')}`;
  writeFileSync(scratch, `${randomBytes(32).toString('base64')}\n`, { mode: 0o600, flush: true });
  try {
    linkSync(scratch, path);
  } catch (error) {
    if (!existsSync(path)) throw error;
  } finally {
    rmSync(scratch);
  }
}
