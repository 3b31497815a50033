import { randomUUID } from 'node:crypto';
import type { Change } from '../../src/changes/change-feed.ts';
import {
  type PostgresChangeFeed,
  postgresChangeFeed,
} from '../../src/stores/postgres/change-feed.ts';
import { type TestDatabase, freshDatabase } from '../support/database.ts';
import { timeUntil } from '../support/stopwatch.ts';
import { type TcpProxy, tcpProxy } from '../support/tcp-proxy.ts';

/** Within which every process knows. */
const SOON_MS = 1000;

let db: TestDatabase;
let proxy: TcpProxy;
let feed: PostgresChangeFeed;
let heard: Change[];

beforeAll(async () => {
  db = await freshDatabase();
});
afterAll(() => db.close());

beforeEach(async () => {
  proxy = await tcpProxy({ path: `${db.config.host}/.s.PGSQL.5432` });
  feed = postgresChangeFeed({ config: { ...db.config, host: '127.0.0.1', port: proxy.port } });
  heard = [];
  feed.onChange((change) => heard.push(change));
  await timeUntil(() => feed.isFresh());
});
afterEach(async () => {
  await feed.close();
  await proxy.close();
});

async function disableSomebody(): Promise<Change> {
  const id = randomUUID();
  const email = `${id}@example.com`;
  await db.prisma.account.create({ data: { id, email, emailCanonical: email } });
  await db.prisma.account.update({ where: { id }, data: { disabledAt: new Date() } });
  return { kind: 'account', id };
}

const hears = (change: Change) =>
  heard.some((other) => JSON.stringify(other) === JSON.stringify(change));

it('tells every change, in order, within a second', async () => {
  const changes = [await disableSomebody(), await disableSomebody()];
  expect(await timeUntil(() => changes.every(hears))).toBeLessThan(SOON_MS);
  expect(heard.filter(({ kind }) => kind === 'account')).toEqual(changes);
  expect(feed.isFresh()).toBe(true);
});

it('tells a change with its commit, and not one that was undone', async () => {
  const id = randomUUID();
  await db.pool.query("BEGIN; SELECT pg_notify('gatehouse', 'never'); ROLLBACK");
  await db.prisma.$transaction(async (tx) => {
    await tx.account.create({ data: { id, email: id, emailCanonical: id } });
    await tx.account.update({ where: { id }, data: { signOutVersion: 2 } });
    expect(hears({ kind: 'account', id })).toBe(false);
  });
  await timeUntil(() => hears({ kind: 'account', id }));
  expect(heard.filter(({ kind }) => kind === 'everything').length).toBeLessThanOrEqual(1);
});

it('takes what it does not understand for a change of everything', async () => {
  heard = [];
  await db.pool.query("NOTIFY gatehouse, 'gibberish'");
  await timeUntil(() => heard.length > 0);
  await db.pool.query(`SELECT pg_notify('gatehouse', '{"kind":"newer"}')`);
  await timeUntil(() => heard.length > 1);
  expect(heard).toEqual([{ kind: 'everything' }, { kind: 'everything' }]);
});

it('does not tell those who no longer listen', async () => {
  const others: Change[] = [];
  const stop = feed.onChange((change) => others.push(change));
  stop();
  const change = await disableSomebody();
  await timeUntil(() => hears(change));
  expect(others).toEqual([]);
});

it('knows within a second that it hears nothing in a black hole, and catches up afterwards', async () => {
  proxy.blackHole();
  expect(await timeUntil(() => !feed.isFresh())).toBeLessThan(2 * SOON_MS);
  heard = [];
  const missed = await disableSomebody();
  proxy.heal();
  await timeUntil(() => feed.isFresh());
  expect(hears(missed)).toBe(false);
  expect(heard).toContainEqual({ kind: 'everything' });
  const next = await disableSomebody();
  await timeUntil(() => hears(next));
});

it('knows at once that its connection was cut, and makes another', async () => {
  proxy.cut();
  await timeUntil(() => !feed.isFresh());
  heard = [];
  proxy.heal();
  await timeUntil(() => feed.isFresh());
  expect(heard).toContainEqual({ kind: 'everything' });
});

it('is not fresh while its beats come back too late', async () => {
  proxy.delay(3000);
  expect(await timeUntil(() => !feed.isFresh())).toBeLessThan(2 * SOON_MS);
  proxy.heal();
  await timeUntil(() => feed.isFresh());
});

it('stays fresh on a way that takes 400 ms, and counts from when a beat was sent', async () => {
  proxy.delay(400);
  const since = performance.now();
  let [fresh, all] = [0, 0];
  while (performance.now() - since < 2500) {
    await new Promise((resolve) => {
      setTimeout(resolve, 20);
    });
    all += 1;
    if (feed.isFresh()) fresh += 1;
  }
  expect(fresh / all).toBeGreaterThan(0.9);
  proxy.delay(900);
  // A beat that was heard 900 ms after it was sent says little about now.
  expect(await timeUntil(() => !feed.isFresh())).toBeLessThan(1100);
});

it('does not come back once it is closed', async () => {
  await feed.close();
  proxy.cut();
  heard = [];
  proxy.heal();
  await disableSomebody();
  expect(heard).toEqual([]);
});
