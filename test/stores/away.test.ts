import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { type Database, openDatabase } from '../../src/stores/postgres/database.ts';
import { waitForDatabase } from '../../src/stores/postgres/wait-for-database.ts';
import { isStoreAway } from '../../src/transactions/store-away.ts';
import { createDatabase } from '../support/database.ts';
import { timeOf, timeUntil } from '../support/stopwatch.ts';
import { type TcpProxy, tcpProxy } from '../support/tcp-proxy.ts';

/** What one request may cost while the database is away. */
const MOST_MS = 3000;

let proxy: TcpProxy;
let database: Database;
let config: { host: string; port: number; user: string; database: string };
let direct: Awaited<ReturnType<typeof createDatabase>>;
const warnings: string[] = [];

beforeEach(async () => {
  direct = await createDatabase('gatehouse_template');
  proxy = await tcpProxy({ path: `${direct.config.host}/.s.PGSQL.5432` });
  config = {
    host: '127.0.0.1',
    port: proxy.port,
    user: 'postgres',
    database: direct.config.database ?? '',
  };
  database = openDatabase(config, {
    max: 3,
    log: { warn: (_fields, message) => warnings.push(message) },
  });
});
afterEach(async () => {
  proxy.heal();
  await database.close();
  await proxy.close();
  await direct.drop();
});

const find = () => database.prisma.account.findUnique({ where: { id: randomUUID() } });
const raw = () => database.pool.query('SELECT 1');
const write = () =>
  database.prisma.$transaction(async (tx) => {
    await tx.account.findFirst();
    await tx.auditEvent.create({ data: { name: 'signed-out', actor: 'person', details: {} } });
  });

interface Cost {
  ms: number;
  away: boolean;
}

async function costOf(request: () => Promise<unknown>): Promise<Cost> {
  let away = false;
  const ms = await timeOf(() => request().catch((error: unknown) => (away = isStoreAway(error))));
  return { ms, away };
}

async function expectAllAway(requests: (() => Promise<unknown>)[]): Promise<void> {
  const costs = await Promise.all(requests.map(costOf));
  const slowest = Math.max(...costs.map(({ ms }) => ms));
  expect(costs.map(({ away }) => away)).toEqual(costs.map(() => true));
  expect(slowest).toBeLessThan(MOST_MS);
}

/** Connections that were being made while it was away may still have to be given up. */
async function expectHealing(): Promise<void> {
  const works = async () => (await Promise.all(crowd().map(costOf))).every(({ away }) => !away);
  expect(await timeUntil(works)).toBeLessThan(MOST_MS);
  await Promise.all(crowd().map((request) => request()));
}

/** More than there are connections: some wait for one. */
const crowd = () => Array.from({ length: 8 }, () => [find, raw, write]).flat();

it('gives up within three seconds in a black hole, and heals by itself', async () => {
  await Promise.all(crowd().map((request) => request()));
  proxy.blackHole();
  await expectAllAway(crowd());
  await expectAllAway(crowd());
  proxy.heal();
  await expectHealing();
});

it('gives up within three seconds when the black hole opens in the middle of a transaction', async () => {
  await expectAllAway([
    () =>
      database.prisma.$transaction(async (tx) => {
        await tx.account.findFirst();
        proxy.blackHole();
        await tx.account.findFirst();
      }),
  ]);
});

it('gives up within three seconds when a statement waits for a lock', async () => {
  const other = new Client(direct.config);
  await other.connect();
  await other.query('BEGIN; LOCK TABLE accounts');
  await expectAllAway([find, write]);
  await other.end();
});

it('fails at once while connections are refused, and heals by itself', async () => {
  await Promise.all(crowd().map((request) => request()));
  proxy.cut();
  await expectAllAway(crowd());
  proxy.heal();
  await expectHealing();
});

it('does not notice that connections were cut while nobody used them', async () => {
  await Promise.all(crowd().map((request) => request()));
  proxy.cutOnce();
  await new Promise(setImmediate);
  await new Promise((resolve) => {
    setTimeout(resolve, 50);
  });
  await Promise.all(crowd().map((request) => request()));
  expect(warnings).toContain('A database connection was lost.');
});

it('does not die of a connection that is cut while it is held', async () => {
  const client = await database.pool.connect();
  const sleeping = client.query('SELECT pg_sleep(1)');
  proxy.cutOnce();
  await expect(sleeping).rejects.toThrow(/terminated|reset/i);
  client.release(true);
  await raw();
});

it('can be closed in a black hole', async () => {
  await Promise.all(crowd().map((request) => request()));
  const other = openDatabase(config);
  await other.pool.query('SELECT 1');
  proxy.blackHole();
  expect((await costOf(() => other.close())).ms).toBeLessThan(MOST_MS);
});

it('waits for a database that is away at the start, and no longer than it may', async () => {
  proxy.cut();
  const waiting = waitForDatabase(config, 10_000);
  setTimeout(() => proxy.heal(), 300);
  await waiting;
  proxy.cut();
  const cost = await costOf(() => waitForDatabase(config, 1000));
  expect(cost.away).toBe(true);
});

it('does not wait for a database that does not exist', async () => {
  await expect(waitForDatabase({ ...config, database: 'nowhere' })).rejects.toThrow(
    'database "nowhere" does not exist',
  );
});
