#!/usr/bin/env node
import cluster from 'node:cluster';
import { existsSync, mkdirSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
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

/** Not in a folder that others may write to: what is kept there is run. */
function keepCompiled({ DATA_DIR, DATABASE_URL }: Settings): void {
  try {
    // The embedded database makes this folder anyway; beside one's own nothing may be written here at all.
    if (!DATABASE_URL) mkdirSync(DATA_DIR, { recursive: true, mode: 0o700 });
    if (existsSync(DATA_DIR)) enableCompileCache(join(DATA_DIR, 'compiled'));
  } catch {
    // Only slower. Whoever needs the folder will say why it cannot be had.
  }
}
