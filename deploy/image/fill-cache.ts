/**
 * Compiles every module once, when the image is made. Where nothing can be written, a server would do it at each start,
 * and keep what strips the types in memory for life (20 MB).
 */
import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { enableCompileCache, flushCompileCache } from 'node:module';
import { join, resolve } from 'node:path';

/** What gives nothing away is a program, and begins to work when it is imported. */
const isModule = (path: string) => /^export /m.test(readFileSync(path, 'utf8'));

enableCompileCache(join('data', 'compiled'));
for (const path of globSync('src/**/*.ts')) {
  if (!path.endsWith('.d.ts') && isModule(path)) await import(resolve(path));
}
flushCompileCache();
// The first module of a start: it is read, finds no settings, and ends.
const { status } = spawnSync(process.execPath, ['src/start.js'], {
  env: { NODE_ENV: 'production' },
});
process.exit(status === 2 ? 0 : 1);
