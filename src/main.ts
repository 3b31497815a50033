#!/usr/bin/env node
import cluster from 'node:cluster';
import { existsSync } from 'node:fs';
import { keepCompiled } from './process/keep-compiled.ts';
import { type Part, partIn } from './process/part.ts';
import { type Settings, SettingsError, readSettings } from './settings/settings.ts';

// Settings and --only -> wiring -> listen. What is slow to load comes after the cache that makes it quick.
if (existsSync('.env')) process.loadEnvFile();
const part = partOrExit();
const settings = settingsOrExit();
keepCompiled(settings);
const { run } = await theProcess();
await run(settings, part);

function theProcess() {
  if (part === 'worker') return import('./work.ts');
  const leads = settings.GATEHOUSE_WORKERS > 1 && cluster.isPrimary;
  return leads ? import('./lead.ts') : import('./serve.ts');
}

function partOrExit(): Part | undefined {
  const given = partIn(process.argv.slice(2));
  if (given !== 'unknown') return given;
  process.stderr.write('Gatehouse cannot start: --only is web or worker.\n');
  return process.exit(2);
}

function settingsOrExit(): Settings {
  try {
    return readSettings(process.env);
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    const faults = error.faults.map(({ variable, fault }) => `  ${variable}  ${fault}\n`);
    process.stderr.write(`Gatehouse cannot start with these settings:\n\n${faults.join('')}`);
    return process.exit(2);
  }
}
