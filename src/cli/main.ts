#!/usr/bin/env node
/**
 * The command line. This folder turns words into calls of use cases, audited as `cli`, and outcomes into sentences and
 * exit codes; it refuses to decide anything. What is slow to load comes after the cache that makes it quick.
 */
import { existsSync } from 'node:fs';
import { loadEnvFile } from 'node:process';

process.exitCode = Number(process.versions.node.split('.')[0]) < 24 ? refuse() : await run();

function refuse(): number {
  console.error(
    `Gatehouse needs Node.js 24, and this is ${process.version}; \`npx gatehouse\` uses the right one.`,
  );
  return 1;
}

async function run(): Promise<number> {
  if (existsSync('.env')) loadEnvFile('.env');
  const { keepCompiled } = await import('../process/keep-compiled.ts');
  keepCompiled({ DATA_DIR: process.env['DATA_DIR'] || 'data', DATABASE_URL: 'any' });
  const { commands } = await import('./commands.ts');
  const { runCommandLine } = await import('./run.ts');
  const { terminal } = await import('./terminal.ts');
  const { settle } = await import('../vault/settle.ts');
  // What Vault refuses is told by the command that needs it.
  const unheard = { warn: () => {}, error: () => {} };
  const settled = () => settle(process.env, unheard);
  return runCommandLine(commands, process.argv.slice(2), { settled, terminal });
}
