import { verify } from 'node:crypto';
import type { Change, ChangeFeed } from '../../src/changes/change-feed.ts';
import { ensureKeys } from '../../src/keys/make-keys.ts';
import { resealKeys } from '../../src/keys/reseal.ts';
import { revokeKey } from '../../src/keys/revoke.ts';
import { rotateNow } from '../../src/keys/rotate.ts';
import { LEEWAY_S } from '../../src/keys/rotation.ts';
import { DAY_S, HOUR_S, type KeyHouse, keyHouse, keysIn, newSecret } from './key-house.ts';

const data = Buffer.from('header.payload');
const older = newSecret();
let house: KeyHouse;
beforeEach(async () => {
  house = await keyHouse([older]);
  await ensureKeys(house.deps);
});
afterEach(() => house.close());

const kidsIn = (document: { body: Buffer }) => keysIn(document).map(({ kid }) => kid);

describe('the document of /jwks', () => {
  it('holds public members alone, of the current key and the next', async () => {
    const { document, current } = await house.openRing();
    const keys = keysIn(document);
    expect(keys.map(({ kid }) => kid)).toEqual([current.kid, await house.kid('next')]);
    for (const key of keys) {
      expect(Object.keys(key)).toEqual(['kty', 'n', 'e', 'kid', 'alg', 'use']);
      expect(key).toMatchObject({ kty: 'RSA', alg: 'RS256', use: 'sig' });
    }
  });

  it('has an ETag that changes with it', async () => {
    const ring = await house.openRing();
    const before = ring.document;
    expect(before.etag).toMatch(/^"[\w-]{43}"$/);
    await ring.reread();
    expect(ring.document.etag).toBe(before.etag);
    await revokeKey(house.deps, await house.kid('next'));
    await ring.reread();
    expect(ring.document.etag).not.toBe(before.etag);
  });

  it('lets a retiring key go when its last token has expired, though nothing was read since', async () => {
    const ring = await house.openRing();
    const first = ring.current.kid;
    house.turn(90 * DAY_S + HOUR_S);
    expect(kidsIn(ring.document)).toContain(first);
    expect(ring.publicKey(first)).toBeDefined();
    house.turn(2 * LEEWAY_S);
    expect(kidsIn(ring.document)).not.toContain(first);
    expect(ring.publicKey(first)).toBeUndefined();
    expect(ring.hintKey(first)).toBeDefined();
  });
});

describe('a signature', () => {
  it('is made by the key that was asked for', async () => {
    const ring = await house.openRing();
    const { kid, publicKey } = ring.current;
    expect(verify('sha256', data, publicKey, await ring.sign(kid, data))).toBe(true);
  });

  it('is refused by the next key, a revoked one and an unknown one', async () => {
    const ring = await house.openRing();
    const current = ring.current.kid;
    for (const kid of [await house.kid('next'), 'nobody']) {
      await expect(ring.sign(kid, data)).rejects.toMatchObject({ code: 'SIGNER_AWAY' });
    }
    await revokeKey(house.deps, current);
    await ring.reread();
    await expect(ring.sign(current, data)).rejects.toMatchObject({ code: 'SIGNER_AWAY' });
  });

  it('begun before a rotation still ends well after it', async () => {
    house.turn(DAY_S);
    const ring = await house.openRing();
    const { kid, publicKey } = ring.current;
    await rotateNow(house.deps);
    await ring.reread();
    expect(ring.current.kid).not.toBe(kid);
    expect(verify('sha256', data, publicKey, await ring.sign(kid, data))).toBe(true);
  });

  it('is refused to a process that slept while others rotated', async () => {
    house.turn(DAY_S);
    const ring = await house.openRing();
    const { kid } = ring.current;
    await rotateNow(house.deps);
    house.turn(LEEWAY_S + 1);
    await expect(ring.sign(kid, data)).rejects.toMatchObject({ code: 'SIGNER_AWAY' });
    expect(ring.current.kid).toBe(await house.kid('current'));
    await ring.sign(ring.current.kid, data);
  });

  it('is refused to a process that slept while others revoked', async () => {
    const ring = await house.openRing();
    const { kid } = ring.current;
    await revokeKey(house.deps, kid);
    house.turn(2);
    await expect(ring.sign(kid, data)).rejects.toMatchObject({ code: 'SIGNER_AWAY' });
    expect(ring.publicKey(kid)).toBeUndefined();
    expect(ring.hintKey(kid)).toBeUndefined();
  });

  it('that does not verify never leaves', async () => {
    const { encryption } = house.deps;
    const [kid, other] = [await house.kid('current'), await house.kid('next')];
    const stored = (await house.signingKeys.list()).find((key) => key.kid === other);
    const pkcs8 = encryption.open('signing-key', stored?.privateSeal ?? Buffer.of(), other);
    const seal = encryption.seal('signing-key', pkcs8 ?? Buffer.of(), kid);
    await house.signingKeys.exclusively((keys) => keys.replaceSeal(kid, seal));
    const ring = await house.openRing();
    await expect(ring.sign(kid, data)).rejects.toThrow('does not verify');
  });

  it('is not made while it cannot be known whether the key may sign', async () => {
    let away = false;
    const list = () => (away ? Promise.reject(new Error('away')) : house.signingKeys.list());
    const ring = await house.openRing({ signingKeys: { list } });
    away = true;
    house.turn(2);
    await expect(ring.sign(ring.current.kid, data)).rejects.toThrow('away');
    expect(ring.document.body.length).toBeGreaterThan(0);
    away = false;
    await ring.sign(ring.current.kid, data);
  });
});

it('whoever asks to read again learns what was written before, although a reading was under way', async () => {
  const { promise: gate, resolve: open } = Promise.withResolvers<void>();
  let slow = false;
  const list = async () => {
    const read = await house.signingKeys.list();
    if (slow) await gate;
    return read;
  };
  const ring = await house.openRing({ signingKeys: { list } });
  slow = true;
  const early = ring.reread();
  await revokeKey(house.deps, ring.current.kid);
  const late = Promise.all([ring.reread(), ring.reread()]);
  slow = false;
  open();
  await Promise.all([early, late]);
  expect(ring.current.kid).toBe(await house.kid('current'));
});

/** A feed that is heard, and announces what a test tells it to. */
function toldFeed() {
  const listeners: ((change: Change) => void)[] = [];
  const changes: ChangeFeed = {
    onChange(listener) {
      listeners.push(listener);
      return () => {};
    },
    isFresh: () => true,
  };
  const announce = () => listeners.forEach((listener) => listener({ kind: 'keys' }));
  return { changes, announce };
}

it('nothing is signed between the announcement of a change and its reading', async () => {
  const { promise: gate, resolve: open } = Promise.withResolvers<void>();
  const { changes, announce } = toldFeed();
  let slow = false;
  const list = async () => {
    if (slow) await gate;
    return house.signingKeys.list();
  };
  const ring = await house.openRing({ changes, signingKeys: { list } });
  const { kid } = ring.current;
  slow = true;
  await revokeKey(house.deps, kid);
  announce();
  const signature = ring.sign(kid, data);
  open();
  await expect(signature).rejects.toMatchObject({ code: 'SIGNER_AWAY' });
});

it('a change during the very first reading is not missed', async () => {
  const { changes, announce } = toldFeed();
  const kid = await house.kid('current');
  let first = true;
  const list = async () => {
    const read = await house.signingKeys.list();
    if (first) await revokeKey(house.deps, kid).then(announce);
    first = false;
    return read;
  };
  const ring = await house.openRing({ changes, signingKeys: { list } });
  await expect(ring.sign(kid, data)).rejects.toMatchObject({ code: 'SIGNER_AWAY' });
  expect(ring.publicKey(kid)).toBeUndefined();
});

describe('a change of GATEHOUSE_SECRET', () => {
  const newer = newSecret();

  it('keeps what the old secret sealed, as long as it stands second', async () => {
    const { encryption } = house.depsFor([newer, older]);
    const ring = await house.openRing({ encryption });
    const { kid, publicKey } = ring.current;
    expect(verify('sha256', data, publicKey, await ring.sign(kid, data))).toBe(true);
  });

  it('lets the old secret go once everything is sealed anew', async () => {
    const both = house.depsFor([newer, older]);
    expect(await resealKeys(both)).toEqual({ resealed: 2 });
    expect(await resealKeys(both)).toEqual({ resealed: 0 });
    const ring = await house.openRing({ encryption: house.depsFor([newer]).encryption });
    await ring.sign(ring.current.kid, data);
    expect((await house.audit.list({ limit: 1 }))[0]).toMatchObject({
      name: 'secret-changed',
      details: { resealed: 2 },
    });
  });

  it('to a wrong one is told in one sentence at the start', async () => {
    const { encryption } = house.depsFor([newSecret()]);
    await expect(house.openRing({ encryption })).rejects.toThrow(
      `GATEHOUSE_SECRET does not open signing key ${await house.kid('current')}: it was sealed under another secret. Put that one back, behind the new one and a comma.`,
    );
    await expect(resealKeys(house.depsFor([newSecret()]))).rejects.toThrow('GATEHOUSE_SECRET');
  });

  it('elsewhere leaves a running process with the keys that it has open', async () => {
    const ring = await house.openRing();
    await resealKeys(house.depsFor([newer, older]));
    await revokeKey(house.depsFor([newer]), await house.kid('next'));
    await ring.reread();
    await ring.sign(ring.current.kid, data);
    expect(kidsIn(ring.document)).toContain(await house.kid('next'));
    await ring.reread();
    expect(house.faults.map(String)).toEqual([expect.stringContaining(await house.kid('next'))]);
  });
});
