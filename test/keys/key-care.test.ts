import { ensureKeys } from '../../src/keys/make-keys.ts';
import { revokeEveryKey, revokeKey } from '../../src/keys/revoke.ts';
import { rotateIfDue, rotateNow } from '../../src/keys/rotate.ts';
import { LEEWAY_S, standings } from '../../src/keys/rotation.ts';
import {
  DAY_S,
  HOUR_S,
  type KeyHouse,
  MINUTE_S,
  keyHouse,
  keysIn,
  newSecret,
} from './key-house.ts';

let house: KeyHouse;
beforeEach(async () => {
  house = await keyHouse();
});
afterEach(() => house.close());

const states = async () =>
  standings(await house.signingKeys.list(), house.deps.lifetimes, house.now()).map(
    ({ state }) => state,
  );

describe('at the first start', () => {
  it('there is a key that signs and one that comes next, and the trail tells it', async () => {
    expect(await ensureKeys(house.deps)).toBe('made');
    const [current, next] = [await house.kid('current'), await house.kid('next')];
    expect(await house.events()).toEqual([
      `key-created ${current}`,
      `key-signs ${current}`,
      `key-created ${next}`,
    ]);
    expect(await ensureKeys(house.deps)).toBe('complete');
    expect(await states()).toEqual(['current', 'next']);
  });

  it('processes that begin at once make one set', async () => {
    const made = await Promise.all(Array.from({ length: 6 }, () => ensureKeys(house.deps)));
    expect(made.filter((outcome) => outcome === 'made')).toHaveLength(1);
    expect(await states()).toEqual(['current', 'next']);
    expect(await house.events()).toHaveLength(3);
  });

  it('no part of a private key stands in the database', async () => {
    await ensureKeys(house.deps);
    const { rows } = await house.database.pool.query<{ row: string; seal: Buffer }>(
      'SELECT signing_keys::text AS row, private_seal AS seal FROM signing_keys',
    );
    // A PKCS #8 RSA key begins with SEQUENCE, version 0 and the algorithm's identifier.
    const der = Buffer.from('300d06092a864886f70d0101010500', 'hex');
    for (const { row, seal } of rows) {
      expect(row).not.toMatch(/PRIVATE KEY|"(d|p|q|dp|dq|qi)"/);
      expect(seal.includes(der)).toBe(false);
    }
    expect(rows).toHaveLength(2);
  });

  it('nothing is kept when the trail cannot be written', async () => {
    const atomically: typeof house.deps.atomically = (work) =>
      house.deps.atomically((ports) =>
        work({ ...ports, audit: { record: () => Promise.reject(new Error('full')) } }),
      );
    await expect(ensureKeys({ ...house.deps, atomically })).rejects.toThrow('full');
    expect(await house.signingKeys.list()).toEqual([]);
  });
});

describe('by schedule', () => {
  beforeEach(() => ensureKeys(house.deps));

  it('nothing is due before the next key takes over', async () => {
    house.turn(89 * DAY_S);
    expect(await rotateIfDue(house.deps)).toBe('nothing-due');
  });

  it('the next key takes over after 90 days, by itself, and gets a successor', async () => {
    const next = await house.kid('next');
    house.turn(90 * DAY_S + 1);
    expect(await house.kid('current')).toBe(next);
    expect(await rotateIfDue(house.deps)).toBe('changed');
    expect(await states()).toEqual(['retiring', 'current', 'next']);
    expect((await house.events()).slice(3)).toEqual([
      `key-signs ${next}`,
      `key-created ${await house.kid('next')}`,
    ]);
    expect(await rotateIfDue(house.deps)).toBe('nothing-due');
  });

  it('a private half ends with its last signature, a public half 90 days after its last token', async () => {
    const first = await house.kid('current');
    const stored = async () => (await house.signingKeys.list()).find(({ kid }) => kid === first);
    house.turn(90 * DAY_S + LEEWAY_S + 1);
    await rotateIfDue(house.deps);
    expect(await stored()).toMatchObject({ kid: first });
    expect(await stored()).not.toHaveProperty('privateSeal');
    house.turn(HOUR_S + LEEWAY_S + 90 * DAY_S - 5);
    await rotateIfDue(house.deps);
    expect(await stored()).toBeDefined();
    house.turn(10);
    await rotateIfDue(house.deps);
    expect(await stored()).toBeUndefined();
  });

  it('jobs that run at once make one successor', async () => {
    house.turn(90 * DAY_S + 1);
    await Promise.all(Array.from({ length: 6 }, () => rotateIfDue(house.deps)));
    expect(await states()).toEqual(['retiring', 'current', 'next']);
  });

  it('after years without it, no key signs before applications can know it', async () => {
    house.turn(1000 * DAY_S);
    await rotateIfDue(house.deps);
    house.turn(10 * MINUTE_S);
    expect((await states()).at(-1)).toBe('next');
    house.turn(LEEWAY_S + 1);
    expect((await states()).at(-1)).toBe('current');
  });
});

describe('by hand', () => {
  beforeEach(() => ensureKeys(house.deps));

  it('the next key takes over at once when every application can know it', async () => {
    house.turn(DAY_S);
    const next = await house.kid('next');
    const { kid, signsFrom } = await rotateNow(house.deps);
    expect(kid).toBe(next);
    expect(signsFrom.getTime()).toBeLessThanOrEqual(house.now().getTime());
    expect(await states()).toEqual(['retiring', 'current', 'next']);
    expect((await house.events()).slice(3)).toEqual([
      `key-signs ${next}`,
      `key-created ${await house.kid('next')}`,
    ]);
  });

  it('a key made a moment ago waits until every cached /jwks can hold it', async () => {
    const next = await house.kid('next');
    const { kid, signsFrom } = await rotateNow(house.deps);
    expect(kid).toBe(next);
    expect(signsFrom.getTime() - house.now().getTime()).toBeGreaterThan(10 * MINUTE_S * 1000);
    expect(await states()).toEqual(['current', 'next']);
    house.turn(10 * MINUTE_S + LEEWAY_S + 1);
    expect(await house.kid('current')).toBe(next);
  });

  it('two rotations at once rotate once: the second waits for its own key to be known', async () => {
    house.turn(DAY_S);
    await Promise.all([rotateNow(house.deps), rotateNow(house.deps)]);
    expect(await states()).toEqual(['retiring', 'current', 'next']);
  });
});

describe('with a secret that the other processes do not have', () => {
  it('no key is made: it would fail them on the day it takes over', async () => {
    await ensureKeys(house.deps);
    house.turn(DAY_S);
    const before = await house.signingKeys.list();
    const deps = house.depsFor([newSecret()]);
    await expect(rotateNow(deps)).rejects.toThrow('GATEHOUSE_SECRET');
    await expect(revokeKey(deps, await house.kid('current'))).rejects.toThrow('GATEHOUSE_SECRET');
    house.turn(90 * DAY_S);
    await expect(rotateIfDue(deps)).rejects.toThrow('GATEHOUSE_SECRET');
    await expect(ensureKeys(deps)).rejects.toThrow('GATEHOUSE_SECRET');
    expect(await house.signingKeys.list()).toEqual(before);
  });
});

describe('in an emergency', () => {
  beforeEach(() => ensureKeys(house.deps));

  it('the next key signs at once when the one that signs is revoked', async () => {
    const [current, next] = [await house.kid('current'), await house.kid('next')];
    expect(await revokeKey(house.deps, current)).toBe('revoked');
    expect(await house.kid('current')).toBe(next);
    expect(await states()).toEqual(['revoked', 'current', 'next']);
    expect((await house.events()).slice(3)).toEqual([
      `key-revoked ${current}`,
      `key-signs ${next}`,
      `key-created ${await house.kid('next')}`,
    ]);
  });

  it('all of them can be revoked, one after the other', async () => {
    const old = [await house.kid('current'), await house.kid('next')];
    for (const kid of old) expect(await revokeKey(house.deps, kid)).toBe('revoked');
    const signing = await house.kid('current');
    expect(old).not.toContain(signing);
    expect(old).not.toContain(await house.kid('next'));
    const stored = await house.signingKeys.list();
    expect(stored.filter(({ privateSeal }) => privateSeal)).toHaveLength(2);
  });

  it('every key goes at once, also when the secret that sealed them is lost', async () => {
    const lost = await house.signingKeys.list();
    const { encryption, home } = house.depsFor([newSecret()]);
    const deps = { ...house.deps, encryption, home };
    const { revoked } = await revokeEveryKey(deps);
    expect(revoked.toSorted()).toEqual(lost.map(({ kid }) => kid).toSorted());
    expect((await states()).toSorted()).toEqual(['current', 'next', 'revoked', 'revoked']);
    const ring = await house.openRing({ encryption });
    expect(keysIn(ring.document)).toHaveLength(2);
  });

  it('a key is revoked once, and only one that there is', async () => {
    const kid = await house.kid('next');
    const twice = await Promise.all([revokeKey(house.deps, kid), revokeKey(house.deps, kid)]);
    expect(twice.toSorted()).toEqual(['already-revoked', 'revoked']);
    expect(await revokeKey(house.deps, 'nobody')).toBe('unknown-key');
  });
});
