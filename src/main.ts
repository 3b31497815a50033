#!/usr/bin/env node
import cluster from 'node:cluster';
import { existsSync } from 'node:fs';
import { keepCompiled } from './process/keep-compiled.ts';
import { type Settings, SettingsError, readSettings } from './settings/settings.ts';

// Settings -> wiring -> listen. What is slow to load comes after the cache that makes it quick.
if (existsSync('.env')) process.loadEnvFile();
const settings = settingsOrExit();
keepCompiled(settings);
const leads = settings.GATEHOUSE_WORKERS > 1 && cluster.isPrimary;
const { run } = await (leads ? import('./lead.ts') : import('./serve.ts'));
await run(settings);

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
