/*
 * Makes the database's client from the schema, where it was not made of just this schema by just this Prisma: after an
 * installation, and after a pull that changed either. Forty milliseconds where nothing changed.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const CLIENT = join(root, 'generated/prisma/client.ts');
const MADE_OF = join(root, 'generated/made-of');

const hash = createHash('sha256');
for (const path of [
  'prisma/schema.prisma',
  'prisma.config.ts',
  'node_modules/prisma/package.json',
]) {
  hash.update(readFileSync(join(root, path)));
}
const now = hash.digest('hex');
const before = existsSync(CLIENT) && existsSync(MADE_OF) ? readFileSync(MADE_OF, 'utf8') : '';
if (before !== now) {
  const prisma = join(root, 'node_modules/prisma/build/index.js');
  const made = spawnSync(process.execPath, [prisma, 'generate'], { cwd: root, encoding: 'utf8' });
  if (made.status !== 0) {
    process.stderr.write(`${made.stdout}${made.stderr}`);
    process.exit(1);
  }
  mkdirSync(join(root, 'generated'), { recursive: true });
  writeFileSync(MADE_OF, now);
}
