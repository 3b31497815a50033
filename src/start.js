#!/usr/bin/env node
// The same as main.ts, sooner and smaller: whatever is stripped of its types before the compile cache is on leaves the
// stripper in memory for life (20 MB). Plain JavaScript needs none.
import { existsSync, mkdirSync } from 'node:fs';
import module from 'node:module';
import { join } from 'node:path';

if (Number(process.versions.node.split('.')[0]) < 24) {
  process.stderr.write(
    `Gatehouse needs Node.js 24, and this is ${process.version}; \`npm start\` uses the right one.\n`,
  );
  process.exit(1);
}
if (existsSync('.env')) process.loadEnvFile();
keepCompiled(process.env.DATA_DIR || 'data', process.env.DATABASE_URL);
await import('./main.ts');

/** As in process/keep-compiled.ts, before the settings are read. */
function keepCompiled(dataDir, databaseUrl) {
  try {
    if (!databaseUrl && !process.env.DATABASE_URL_FILE) {
      mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    }
    if (existsSync(dataDir)) module.enableCompileCache(join(dataDir, 'compiled'));
  } catch {
    // Only slower.
  }
}
