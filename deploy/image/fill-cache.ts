/**
 * Compiles every module once, when the image is made. Where nothing can be written, a server would do it at each start,
 * and keep what strips the types in memory for life (20 MB).
 */
import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { enableCompileCache, flushCompileCache } from 'node:module';
import { join, resolve } from 'node:path';

/** These begin to work when they are imported. */
const BEGIN = new Set(['src/main.ts', 'src/cli/main.ts', 'src/settings/write-documents.ts']);

enableCompileCache(join('data', 'compiled'));
for (const path of globSync('src/**/*.ts')) {
  if (!BEGIN.has(path) && !path.endsWith('.d.ts')) await import(resolve(path));
}
flushCompileCache();
// The first module of a start: it is read, finds no settings, and ends.
const { status } = spawnSync(process.execPath, ['src/start.js'], {
  env: { NODE_ENV: 'production' },
});
process.exit(status === 2 ? 0 : 1);
