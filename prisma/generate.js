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
const CLASS = join(root, 'generated/prisma/internal/class.ts');
const FROM_A_MODULE =
  /const \{ wasm \} = await import\("([^"]+wasm-base64\.mjs)"\)\s+return await decodeBase64AsWasm\(wasm\)/;
const FROM_A_FILE = `const { readFile } = await import('node:fs/promises')
    return new WebAssembly.Module(await readFile(new URL('../compiler.wasm', import.meta.url)))`;

const hash = createHash('sha256');
for (const path of [
  'prisma/schema.prisma',
  'prisma.config.ts',
  'prisma/generate.js',
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
await keepCompilerInAFile();

/** Its text in a module would stay in memory twice for life (5 MB): a file is read, compiled and forgotten. */
async function keepCompilerInAFile() {
  const source = readFileSync(CLASS, 'utf8');
  if (source.includes(FROM_A_FILE)) return;
  const [body, name] = FROM_A_MODULE.exec(source) ?? [];
  if (!body || !name)
    throw new Error('Prisma takes its compiler from elsewhere: see FROM_A_MODULE.');
  const { wasm } = await import(name);
  writeFileSync(join(root, 'generated/prisma/compiler.wasm'), Buffer.from(wasm, 'base64'));
  writeFileSync(CLASS, source.replace(body, FROM_A_FILE));
}
