#!/usr/bin/env node
import cluster from 'node:cluster';
import { existsSync } from 'node:fs';
import { keepCompiled } from './process/keep-compiled.ts';
import { type Part, partIn } from './process/part.ts';
import { complainOf } from './process/report.ts';
import { SettingsError } from './settings/settings.ts';
import { type Beginning, beginningOf } from './vault/beginning.ts';

// Settings and --only -> wiring -> listen. What is slow to load comes after the cache that makes it quick.
if (existsSync('.env')) process.loadEnvFile();
const part = partOrExit();
const { DATA_DIR, DATABASE_URL, DATABASE_URL_FILE } = process.env;
keepCompiled({ DATA_DIR: DATA_DIR || 'data', DATABASE_URL: DATABASE_URL || DATABASE_URL_FILE });
const beginning = await beginningOrExit();
const { run } = await theProcess();
await run(beginning, part);

function theProcess() {
  if (part === 'worker') return import('./work.ts');
  const leads = beginning.before.GATEHOUSE_WORKERS > 1 && cluster.isPrimary;
  return leads ? import('./lead.ts') : import('./serve.ts');
}

function partOrExit(): Part | undefined {
  const given = partIn(process.argv.slice(2));
  if (given !== 'unknown') return given;
  process.stderr.write('Gatehouse cannot start: --only is web or worker.\n');
  return process.exit(2);
}

async function beginningOrExit(): Promise<Beginning> {
  try {
    return await beginningOf(process.env);
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    return complainOf(error);
  }
}
