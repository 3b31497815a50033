import { verify } from 'node:crypto';
import type { KeyRing } from '../../src/keys/key-ring.ts';
import { ensureKeys } from '../../src/keys/make-keys.ts';
import { revokeKey } from '../../src/keys/revoke.ts';
import { rotateNow } from '../../src/keys/rotate.ts';
import { postgresChangeFeed } from '../../src/stores/postgres/change-feed.ts';
import { DAY_S, type KeyHouse, keyHouse, keysIn } from './key-house.ts';
import { timeUntil } from '../support/stopwatch.ts';

type Feed = ReturnType<typeof postgresChangeFeed>;

let house: KeyHouse;
let feeds: Feed[] = [];
let first: KeyRing;
let second: KeyRing;
beforeEach(async () => {
  house = await keyHouse();
  await ensureKeys(house.deps);
  house.turn(DAY_S);
  feeds = [0, 1].map(() => postgresChangeFeed({ config: house.database.config }));
  const [one, two] = feeds;
  await timeUntil(() => feeds.every((feed) => feed.isFresh()));
  first = await house.openRing(one && { changes: one });
  second = await house.openRing(two && { changes: two });
});
afterEach(async () => {
  for (const feed of feeds) await feed.close();
  await house.close();
});

it('a rotation reaches every process within two seconds', async () => {
  const next = await house.kid('next');
  await rotateNow(house.deps);
  const signs = (ring: KeyRing) => ring.current.kid === next;
  expect(await timeUntil(() => signs(first) && signs(second))).toBeLessThan(2000);
  expect(second.document.etag).toBe(first.document.etag);
  expect(keysIn(second.document)).toHaveLength(3);
});

it('a revocation reaches every process within a second, and tokens of the key are refused', async () => {
  const { kid } = second.current;
  await revokeKey(house.deps, kid);
  expect(await timeUntil(() => second.publicKey(kid) === undefined)).toBeLessThan(1000);
  expect(second.hintKey(kid)).toBeUndefined();
  expect(keysIn(second.document).map((key) => key['kid'])).not.toContain(kid);
  await expect(second.sign(kid, Buffer.from('a.b'))).rejects.toMatchObject({ code: 'SIGNER_AWAY' });
});

it('signing asks the store nothing while the feed is heard', async () => {
  let asked = 0;
  const [changes] = feeds;
  const list = async () => {
    asked += 1;
    return house.signingKeys.list();
  };
  const ring = await house.openRing({ ...(changes && { changes }), signingKeys: { list } });
  const { kid, publicKey } = ring.current;
  house.turn(60);
  const data = Buffer.from('header.payload');
  for (let i = 0; i < 20; i += 1) {
    expect(verify('sha256', data, publicKey, await ring.sign(kid, data))).toBe(true);
  }
  expect(asked).toBe(1);
});

it('a change is heard of although the feed was cut meanwhile', async () => {
  await house.database.pool.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE application_name = 'gatehouse changes' AND datname = current_database()`,
  );
  const next = await house.kid('next');
  await rotateNow(house.deps);
  expect(await timeUntil(() => first.current.kid === next)).toBeLessThan(2000);
  await timeUntil(() => feeds.every((feed) => feed.isFresh()));
});
