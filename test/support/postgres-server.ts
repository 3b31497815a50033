import { type ChildProcess, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, type ClientConfig } from 'pg';
import { initialise } from '../../src/stores/embedded-postgres/create.ts';
import { launch } from '../../src/stores/embedded-postgres/launch.ts';
import { socketFolder } from '../../src/stores/embedded-postgres/paths.ts';
import { waitForDatabase } from '../../src/stores/postgres/wait-for-database.ts';

/** A PostgreSQL of one's own, to be stopped in every way and started again: its processes crash, the machine does not. */
export interface PostgresServer {
  config: ClientConfig;
  /** The path of its socket, for a proxy. */
  socket: string;
  cluster: string;
  start(): Promise<void>;
  /** `immediate` is a crash; `fast` lets nobody end what he does; `smart` would wait for all. */
  stop(how: 'immediate' | 'fast'): Promise<void>;
  /** Rows of statements, as its superuser. */
  ask(...statements: string[]): Promise<Record<string, unknown>[][]>;
  /** For good. */
  discard(): Promise<void>;
}

const SIGNALS = { immediate: 'SIGQUIT', fast: 'SIGINT' } as const;
const START_MS = 30_000;

export interface PostgresServerOptions {
  settings?: string[];
  /** A stopped server whose files it begins with, as its standby. */
  standbyOf?: PostgresServer;
  /** Whether it runs from the beginning. */
  starts?: boolean;
}

export async function startPostgresServer(
  options: PostgresServerOptions = {},
): Promise<PostgresServer> {
  const home = mkdtempSync(join(tmpdir(), 'gatehouse-postgres-'));
  // A standby is another user's, and reaches the socket.
  chmodSync(home, 0o711);
  const cluster = join(home, 'postgres');
  if (options.standbyOf) copyAsStandby(options.standbyOf, cluster);
  else await initialise(cluster);
  const config = { host: socketFolder(cluster), user: 'postgres', database: 'postgres' };
  let child: ChildProcess | undefined;
  const server: PostgresServer = {
    config,
    socket: join(config.host, '.s.PGSQL.5432'),
    cluster,
    async start() {
      child = launch({ name: 'postgres', args: argumentsOf(options), cluster, output: 'ignore' });
      await waitForDatabase(config, START_MS);
    },
    async stop(how) {
      if (!child || child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill(SIGNALS[how]);
      await ended;
    },
    async ask(...statements) {
      const client = new Client(config);
      client.on('error', () => {});
      await client.connect();
      try {
        const answers = [];
        for (const statement of statements) answers.push((await client.query(statement)).rows);
        return answers;
      } finally {
        await client.end();
      }
    },
    async discard() {
      await server.stop('immediate');
      rmSync(home, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
    },
  };
  if (options.starts ?? true) await server.start();
  return server;
}

function argumentsOf({ settings = [] }: PostgresServerOptions): string[] {
  const all = [
    'listen_addresses=',
    'unix_socket_directories=.',
    'max_connections=100',
    'shared_buffers=64MB',
    'fsync=off',
    ...settings,
  ];
  return all.flatMap((setting) => ['-c', setting]);
}

/** With owners and modes, as a database wants them. */
function copyAsStandby(primary: PostgresServer, cluster: string): void {
  spawnSync('cp', ['-a', primary.cluster, cluster]);
  spawnSync('cp', ['-p', join(cluster, 'PG_VERSION'), join(cluster, 'standby.signal')]);
}
