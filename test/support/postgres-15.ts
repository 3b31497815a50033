import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, type ClientConfig } from 'pg';

const BIN = '/usr/lib/postgresql/15/bin';
const NOBODY = 65_534;

/** The oldest PostgreSQL that is supported, from Debian. */
export const hasPostgres15 = existsSync(join(BIN, 'postgres'));

/** A server of its own, on a socket. */
export async function startPostgres15(): Promise<{
  config: ClientConfig;
  stop: () => Promise<void>;
}> {
  const home = mkdtempSync(join(tmpdir(), 'gatehouse-pg15-'));
  const asNobody = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
  if ('uid' in asNobody) chownSync(home, NOBODY, NOBODY);
  const data = join(home, 'data');
  const made = spawnSync(
    join(BIN, 'initdb'),
    [
      '-D',
      data,
      '-U',
      'postgres',
      '--auth=trust',
      '--no-sync',
      '--encoding=UTF8',
      '--locale=C.UTF-8',
    ],
    { ...asNobody, cwd: home, encoding: 'utf8' },
  );
  if (made.status !== 0) throw new Error(made.stderr);
  const child = spawn(
    join(BIN, 'postgres'),
    [
      '-D',
      data,
      '-c',
      'listen_addresses=',
      '-c',
      `unix_socket_directories=${home}`,
      '-c',
      'fsync=off',
    ],
    { ...asNobody, cwd: home, stdio: 'ignore' },
  );
  const config: ClientConfig = { host: home, user: 'postgres', database: 'postgres' };
  await answering(config);
  return {
    config,
    async stop() {
      const gone = once(child, 'exit');
      child.kill('SIGINT');
      await gone;
      rmSync(home, { recursive: true, force: true });
    },
  };
}

async function answering(config: ClientConfig): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    const client = new Client(config);
    client.on('error', () => {});
    try {
      await client.connect();
      await client.end();
      return;
    } catch {
      await sleep(50);
    }
  }
  throw new Error('PostgreSQL 15 did not start.');
}
