/* One PostgreSQL and one Redis for the whole run: real, empty, on a socket and a free port, ended with it. */
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { deriveKeys } from '../../src/crypto/derived-keys.ts';
import { localHome } from '../../src/keys/local-home.ts';
import { ensureKeys } from '../../src/keys/make-keys.ts';
import { initialise } from '../../src/stores/embedded-postgres/create.ts';
import { launch } from '../../src/stores/embedded-postgres/launch.ts';
import { socketFolder } from '../../src/stores/embedded-postgres/paths.ts';
import { migrate } from '../../src/stores/migrate.ts';
import { openDatabase } from '../../src/stores/postgres/database.ts';
import { durablePorts } from '../../src/stores/postgres/durable.ts';
import { postgresJobs } from '../../src/stores/postgres/jobs.ts';
import { CHROMIUM } from './chromium.ts';
import { hasPostgres15 } from './postgres-15.ts';
import { waitForDatabase } from '../../src/stores/postgres/wait-for-database.ts';

const ROOM_BYTES = 2 * 2 ** 30;

const [EMPTY, HOUSE] = ['gatehouse_template', 'gatehouse_house'];

export default async function startRealParts() {
  const home = mkdtempSync(join(quickPlace(), 'gatehouse-test-'));
  const cluster = join(home, 'postgres');
  const postgres = await startPostgres(cluster);
  const redis = await startRedis(home);
  globalThis.realParts = [postgres, redis.child].filter(Boolean);
  globalThis.removeRealParts = () => rmSync(home, { recursive: true, force: true });
  process.env.TEST_POSTGRES = socketFolder(cluster);
  // Programs that tests start load what the first of them compiled.
  process.env.NODE_COMPILE_CACHE = join(home, 'compiled');
  if (redis.url) process.env.TEST_REDIS = redis.url;
  else missing('redis-server');
  if (CHROMIUM.length === 0) missing('chromium');
  if (!hasPostgres15) missing('PostgreSQL 15');
}

/** Memory, where there is enough: hundreds of databases are copied and dropped, and none has to last. */
function quickPlace() {
  const memory = '/dev/shm';
  if (!existsSync(memory)) return tmpdir();
  const { bavail, bsize } = statfsSync(memory);
  return bavail * bsize > ROOM_BYTES ? memory : tmpdir();
}

/** Says so in one line; where a build is judged, it is a failure. */
function missing(program) {
  if (process.env.CI === 'true') throw new Error(`${program} is not here, and CI=true`);
  process.stderr.write(`${program} is not here: the tests that need it are left out.\n`);
}

/** Without a password, and without care for a crash. Each test has a database of its own, copied from the template. */
async function startPostgres(cluster) {
  await initialise(cluster);
  const settings = [
    'listen_addresses=',
    'unix_socket_directories=.',
    'fsync=off',
    'full_page_writes=off',
    'autovacuum=off',
    'max_wal_size=256MB',
    'max_connections=200',
    'shared_buffers=64MB',
  ];
  const child = launch({
    name: 'postgres',
    args: settings.flatMap((setting) => ['-c', setting]),
    cluster,
    output: 'ignore',
  });
  const server = { host: socketFolder(cluster), user: 'postgres' };
  await waitForDatabase({ ...server, database: 'postgres' }, 10_000);
  const admin = new Client({ ...server, database: 'postgres' });
  await admin.connect();
  await admin.query(`CREATE DATABASE ${EMPTY}`);
  await migrate({ ...server, database: EMPTY });
  await admin.query(`CREATE DATABASE ${HOUSE} TEMPLATE ${EMPTY}`);
  await admin.end();
  await moveIn({ ...server, database: HOUSE });
  return child;
}

/** What the first start of a server leaves behind, under a secret that lives as long as the run. */
async function moveIn(config) {
  process.env.TEST_SECRET = randomBytes(32).toString('base64');
  const database = openDatabase(config);
  const { encryption } = deriveKeys([process.env.TEST_SECRET]);
  const lifetimes = { jwksS: 600, tokenS: 3600, signingS: 90 * 86_400 };
  await ensureKeys({
    ...durablePorts(database.prisma),
    atomically: (work) => database.prisma.$transaction((tx) => work(durablePorts(tx))),
    encryption,
    home: localHome(encryption),
    lifetimes,
    by: { actor: 'system' },
    now: () => new Date(),
  });
  const jobs = postgresJobs({ config, worker: false, onError() {} });
  await jobs.overview();
  await jobs.close();
  await database.close();
}

async function startRedis(home) {
  if (!onPath('redis-server')) return {};
  const port = await freePort();
  mkdirSync(join(home, 'redis'));
  const child = spawn(
    'redis-server',
    [
      '--port',
      String(port),
      '--bind',
      '127.0.0.1',
      '--save',
      '',
      '--appendonly',
      'no',
      '--dir',
      join(home, 'redis'),
    ],
    { stdio: 'ignore' },
  );
  return { child, url: `redis://127.0.0.1:${port}` };
}

const onPath = (program) => spawnSync('which', [program]).status === 0;

const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
