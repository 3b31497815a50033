import { type ChildProcess, fork, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { ClientConfig } from 'pg';
import { initialise } from '../../src/stores/embedded-postgres/create.ts';
import { launch } from '../../src/stores/embedded-postgres/launch.ts';
import { socketFolder } from '../../src/stores/embedded-postgres/paths.ts';
import { migrate } from '../../src/stores/migrate.ts';
import { waitForDatabase } from '../../src/stores/postgres/wait-for-database.ts';
import { databaseUrl } from '../support/database-url.ts';
import { freePort, send } from '../support/http.ts';
import { startRedisServer } from '../support/redis-server.ts';
import { fill, inDatabase } from './fill.ts';

/** Everything that is measured, and what it stands on: started here, and ended here. */
export interface Stage {
  limits: { port: number; pid: number };
  /** PostgreSQL and Redis. */
  storePids: number[];
  redisUrl: string;
  /** A database with so many accounts and clients in it. */
  database(filled: { accounts: number; clients: number }): Promise<ClientConfig>;
  server(on: ServerOn): Promise<RunningServer>;
  close(): Promise<void>;
}

export interface ServerOn {
  config: ClientConfig;
  workers: number;
  /** The folder for its CPU profile, where one is wanted. */
  profile?: string;
  env?: NodeJS.ProcessEnv;
}

export interface RunningServer {
  port: number;
  pid: number;
  stop(): Promise<void>;
}

export const ISSUER = 'https://id.bench.example';
const MAIN = join(import.meta.dirname, '../../src/start.js');
const START_MS = 60_000;
const STORE_SETTINGS = [
  'listen_addresses=',
  'unix_socket_directories=.',
  'max_connections=100',
  'shared_buffers=512MB',
  'max_wal_size=8GB',
];

export async function openStage(): Promise<Stage> {
  const home = mkdtempSync(join(tmpdir(), 'gatehouse-bench-'));
  const closing: (() => unknown)[] = [];
  const close = async () => {
    for (const end of closing.toReversed()) await end();
    rmSync(home, { recursive: true, force: true });
  };
  try {
    const postgres = await startPostgres(join(home, 'postgres'));
    closing.push(() => ended(postgres.child, 'SIGINT'));
    const redis = await startRedisServer();
    closing.push(() => redis.discard());
    const limits = await startLimits();
    closing.push(() => ended(limits.child, 'SIGTERM'));
    const secret = randomBytes(32).toString('base64');
    let servers = 0;
    return {
      limits: { port: limits.port, pid: limits.child.pid ?? 0 },
      storePids: [postgres.child.pid ?? 0, await pidOf(redis.url)],
      redisUrl: redis.url,
      database: (filled) => filledDatabase(postgres.admin, filled),
      async server(on) {
        servers += 1;
        const folder = join(home, `server-${servers}`);
        mkdirSync(folder);
        const env = { REDIS_URL: redis.url, GATEHOUSE_SECRET: secret, ...on.env };
        const server = await startServer({ ...on, env }, folder);
        closing.push(() => server.stop());
        return server;
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** With the care for a crash that an operator's has: what is committed is on the disk. */
async function startPostgres(cluster: string) {
  await initialise(cluster);
  const args = STORE_SETTINGS.flatMap((setting) => ['-c', setting]);
  const child = launch({ name: 'postgres', args, cluster, output: 'ignore' });
  const admin: ClientConfig = {
    host: socketFolder(cluster),
    user: 'postgres',
    database: 'postgres',
  };
  await waitForDatabase(admin, 20_000);
  return { child, admin };
}

async function startLimits() {
  const child = fork(join(import.meta.dirname, 'limits-server.ts'));
  const [{ port }] = await once(child, 'message');
  return { child, port: Number(port) };
}

async function pidOf(url: string): Promise<number> {
  const redis = new Redis(url);
  const server = await redis.info('server');
  redis.disconnect();
  return Number(/process_id:(\d+)/.exec(server)?.[1]);
}

async function filledDatabase(
  admin: ClientConfig,
  filled: { accounts: number; clients: number },
): Promise<ClientConfig> {
  const config = { ...admin, database: `bench_${filled.accounts}` };
  await inDatabase(admin, (database) => database.query(`CREATE DATABASE ${config.database}`));
  await migrate(config);
  await fill(config, filled);
  return config;
}

/** As in production behind a proxy: https, trusted forwarding, a log line a request. Its mails go nowhere. */
async function startServer(on: ServerOn, folder: string): Promise<RunningServer> {
  const port = await freePort();
  const profiling = on.profile ? ['--cpu-prof', `--cpu-prof-dir=${on.profile}`] : [];
  const log = openSync(join(folder, 'log'), 'a');
  const child = spawn(process.execPath, [...profiling, MAIN], {
    cwd: folder,
    stdio: ['ignore', log, log],
    env: {
      PATH: process.env['PATH'],
      NODE_ENV: 'production',
      ISSUER,
      PORT: String(port),
      HOST: '127.0.0.1',
      DATA_DIR: folder,
      DATABASE_URL: databaseUrl(on.config),
      GATEHOUSE_MIGRATE: 'on-start',
      GATEHOUSE_TRUSTED_PROXIES: '127.0.0.1/32',
      GATEHOUSE_WORKERS: String(on.workers),
      GATEHOUSE_TTL_CODE: '600',
      SMTP_URL: 'smtp://127.0.0.1:9',
      MAIL_FROM: 'Bench <bench@example.com>',
      ...on.env,
    },
  });
  await untilReady(port, child).catch((error: unknown) => {
    const said = readFileSync(join(folder, 'log'), 'utf8').slice(-2000);
    throw new Error(`the server did not start:\n${said}`, { cause: error });
  });
  return { port, pid: child.pid ?? 0, stop: () => ended(child, 'SIGTERM') };
}

async function untilReady(port: number, child: ChildProcess): Promise<void> {
  for (const deadline = Date.now() + START_MS; Date.now() < deadline; await pause(50)) {
    const answer = await send(`http://127.0.0.1:${port}/health/ready`).catch(() => undefined);
    if (answer?.status === 200) return;
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}`);
  }
  throw new Error('the server was not ready in time');
}

async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill(signal);
  await gone;
}
