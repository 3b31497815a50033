import { jest } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { patiently } from '../../src/process/patience.ts';
import { freshDatabase, type TestDatabase } from '../support/database.ts';
import { databaseUrl } from '../support/database-url.ts';
import { type ServerProcess, spawnServer, startServer } from '../support/server-process.ts';
import { type TcpProxy, tcpProxy } from '../support/tcp-proxy.ts';

// Real processes, several at a time, beside other tests.
jest.setTimeout(120_000);

let database: TestDatabase;
let proxy: TcpProxy;
let url: string;
beforeAll(async () => {
  database = await freshDatabase();
  const { host, user, database: name } = database.config;
  proxy = await tcpProxy({ path: `${host}/.s.PGSQL.5432` });
  url = `postgres://${user}@127.0.0.1:${proxy.port}/${name}`;
});
beforeEach(() => proxy.cut());
afterAll(async () => {
  await proxy.close();
  await database.close();
});

const GATEHOUSE_SECRET = randomBytes(32).toString('base64');
const start = () => spawnServer({ env: { DATABASE_URL: url, GATEHOUSE_SECRET } });

async function untilWaiting(server: ServerProcess): Promise<void> {
  while (!server.stderr().includes('waiting for a store')) await wait(50);
}

it('waits for a database that is not there yet, and says so to whoever asks', async () => {
  const server = await start();
  await untilWaiting(server);
  expect((await server.ask('/health/live')).status).toBe(200);
  expect((await server.ask('/health/ready')).status).toBe(503);
  const page = await server.ask('/', { headers: { accept: 'text/html' } });
  expect(page.status).toBe(503);
  expect(page.headers.get('retry-after')).toBe('1');
  expect(page.text).toContain('The server is starting.');
  expect(server.stdout()).toBe('');

  proxy.heal();
  await server.ready();
  expect((await server.ask('/jwks')).status).toBe(200);
  expect(await server.stop()).toBe(0);
});

it('leaves when it is told to while it waits', async () => {
  const server = await start();
  await untilWaiting(server);
  expect(await server.stop()).toBe(0);
});

it('does not wait for what waiting does not mend', async () => {
  const server = await spawnServer({
    env: { DATABASE_URL: databaseUrl({ ...database.config, database: 'no_such_database' }) },
  });
  expect(await server.ended).toBe(1);
  expect(server.stderr()).toBe(
    'Gatehouse cannot start: database "no_such_database" does not exist\n',
  );
});

it('gives up in the end, with the reason', async () => {
  const attempt = patiently(() => Promise.reject(new AggregateError([new Error('refused')])), {
    isAbsent: () => true,
    waiting: () => {},
    limitMs: 100,
  });
  await expect(attempt).rejects.toThrow('Waited 0.1 seconds in vain: refused');
});

it('survives a promise that nobody waited for', async () => {
  proxy.heal();
  const boom = "setTimeout(() => Promise.reject(new Error('nobody cared')), 100)";
  const server = await startServer({
    env: {
      DATABASE_URL: url,
      GATEHOUSE_SECRET,
      NODE_OPTIONS: `--import "data:text/javascript,${boom}"`,
    },
  });
  while (!server.stderr().includes('nobody cared')) await wait(50);
  expect((await server.ask('/health/ready')).status).toBe(200);
  expect(await server.stop()).toBe(0);
});
