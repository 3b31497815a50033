import { verify } from 'node:crypto';
import { localHome } from '../../src/keys/local-home.ts';
import { ensureKeys } from '../../src/keys/make-keys.ts';
import { outOfReach } from '../../src/keys/out-of-reach.ts';
import { revokeEveryKey, revokeKey } from '../../src/keys/revoke.ts';
import { rotateIfDue, rotateNow } from '../../src/keys/rotate.ts';
import { LEEWAY_S, type KeyState, standings } from '../../src/keys/rotation.ts';
import { transitHome } from '../../src/keys/transit-home.ts';
import { openTransit } from '../../src/keys/vault-transit.ts';
import { issueToken } from './issue-token.ts';
import { DAY_S, HOUR_S, MINUTE_S, keysIn } from './key-house.ts';
import { type VaultHouse, vaultHouse } from './vault-house.ts';

const data = Buffer.from('header.payload');
const KNOWN_S = 10 * MINUTE_S + LEEWAY_S;

let house: VaultHouse;
beforeEach(async () => {
  house = await vaultHouse();
});
afterEach(() => house.close());

/** "current 1": the state of each key and its version in Vault; "current here" for one that is local. */
async function seen(): Promise<string[]> {
  const { byKid } = await house.key.read();
  const rows = await house.signingKeys.list();
  return standings(rows, house.deps.lifetimes, house.now()).map(
    ({ key, state }) =>
      `${state} ${key.transitKey ? (byKid.get(key.kid)?.number ?? 'lost') : 'here'}`,
  );
}

const signs = async (state: KeyState) => {
  const ring = await house.openRing();
  const kid = await house.kid(state);
  const key = ring.publicKey(kid);
  return key !== undefined && verify('sha256', data, key, await ring.sign(kid, data));
};

const fullTrail = () => Promise.reject(new Error('the trail is full'));

/** Keys are local, and Vault can be reached. */
const reachable = () => ({ ...house.deps, home: localHome(house.deps.encryption, true) });

describe('keys in Vault', () => {
  it('begin with one version that signs and one that comes next; no private half is kept here', async () => {
    expect(await ensureKeys(house.inVault)).toBe('made');
    expect(await seen()).toEqual(['current 1', 'next 2']);
    expect(await signs('current')).toBe(true);
    const rows = await house.signingKeys.list();
    expect(rows.map(({ privateSeal }) => privateSeal)).toEqual([undefined, undefined]);
    expect(rows.map(({ transitKey }) => transitKey)).toEqual(Array(2).fill('transit/gatehouse'));
    expect(await ensureKeys(house.inVault)).toBe('complete');
  });

  it('are made once by processes that begin at once', async () => {
    await Promise.all(Array.from({ length: 5 }, () => ensureKeys(house.inVault)));
    expect(await seen()).toEqual(['current 1', 'next 2']);
  });

  it('rotate by a new version, which is published before it signs', async () => {
    await ensureKeys(house.inVault);
    house.turn(DAY_S);
    await rotateNow(house.inVault);
    expect(await seen()).toEqual(['retiring 1', 'current 2', 'next 3']);
    expect(await signs('current')).toBe(true);
    await expect(signs('next')).rejects.toMatchObject({ code: 'SIGNER_AWAY' });
    expect(keysIn((await house.openRing()).document)).toHaveLength(3);
  });

  it('rotate on their day', async () => {
    await ensureKeys(house.inVault);
    house.turn(90 * DAY_S + 1);
    expect(await seen()).toEqual(['retiring 1', 'current 2']);
    await rotateIfDue(house.inVault);
    expect(await seen()).toEqual(['retiring 1', 'current 2', 'next 3']);
  });

  it('follow a rotation in Vault: the new version is published, and the next one signs once it is known', async () => {
    await ensureKeys(house.inVault);
    house.engine.operate('keys/gatehouse/rotate');
    expect(await ensureKeys(house.inVault)).toBe('made');
    expect(await seen()).toEqual(['current 1', 'next 2', 'next 3']);
    expect(await ensureKeys(house.inVault)).toBe('complete');
    house.turn(KNOWN_S);
    expect(await seen()).toEqual(['retiring 1', 'current 2', 'next 3']);
    house.engine.operate('keys/gatehouse/rotate');
    await ensureKeys(house.inVault);
    expect(await seen()).toEqual(['retiring 1', 'retiring 2', 'current 3', 'next 4']);
  });

  it('are revoked, and never taken up again', async () => {
    await ensureKeys(house.inVault);
    await revokeKey(house.inVault, await house.kid('current'));
    expect((await seen()).toSorted()).toEqual(['current 2', 'next 3', 'revoked 1']);
    await revokeEveryKey(house.inVault);
    expect((await seen()).toSorted()).toEqual([
      'current 4',
      'next 5',
      'revoked 1',
      'revoked 2',
      'revoked 3',
    ]);
    house.turn(100 * DAY_S);
    await rotateIfDue(house.inVault);
    expect((await seen()).map((one) => one.split(' ')[1])).toEqual(['4', '5', '6']);
  });

  it('give way to one that Vault may still use', async () => {
    await ensureKeys(house.inVault);
    house.turn(DAY_S);
    house.engine.operate('keys/gatehouse/config', { min_encryption_version: 2 });
    expect(await ensureKeys(house.inVault)).toBe('made');
    expect(await seen()).toEqual(['retiring 1', 'current 2', 'next 3']);
    expect(await signs('current')).toBe(true);
  });

  it('give way to a new version where Vault may use none of the old', async () => {
    await ensureKeys(house.inVault);
    house.turn(DAY_S);
    house.engine.operate('keys/gatehouse/rotate');
    house.engine.operate('keys/gatehouse/config', { min_encryption_version: 3 });
    await ensureKeys(house.inVault);
    expect(await seen()).toEqual(['current 1', 'next 3']);
    house.turn(KNOWN_S);
    expect(await signs('current')).toBe(true);
  });

  it('that are gone from Vault are not silently replaced', async () => {
    await ensureKeys(house.inVault);
    house.engine.remove('gatehouse');
    await expect(ensureKeys(house.inVault)).rejects.toThrow('is not in Vault any more');
    expect(await seen()).toEqual(['current lost', 'next lost']);
    await revokeEveryKey(house.inVault);
    expect((await seen()).toSorted()).toEqual([
      'current 1',
      'next 2',
      'revoked lost',
      'revoked lost',
    ]);
  });

  it('change with the trail, or not at all', async () => {
    const atomically: typeof house.inVault.atomically = (work) =>
      house.inVault.atomically((ports) => work({ ...ports, audit: { record: fullTrail } }));
    await expect(ensureKeys({ ...house.inVault, atomically })).rejects.toThrow('the trail is full');
    expect(await seen()).toEqual([]);
    await ensureKeys(house.inVault);
    expect(await seen()).toEqual(['current 1', 'next 2']);
  });
});

describe('a move', () => {
  it('into Vault is a rotation: what was signed here stays valid, and both are published', async () => {
    await ensureKeys(house.deps);
    const first = await house.openRing();
    const exp = house.now().getTime() / 1000 + HOUR_S;
    await issueToken(first, { exp });
    const here = first.current.kid;

    await ensureKeys(house.inVault);
    expect(await seen()).toEqual(['current here', 'next 1']);
    const ring = await house.openRing();
    expect(ring.current.kid).toBe(here);
    expect(keysIn(ring.document)).toHaveLength(2);

    house.turn(KNOWN_S);
    await rotateIfDue(house.inVault);
    await ring.reread();
    expect(await seen()).toEqual(['retiring here', 'current 1', 'next 2']);
    await ring.sign(ring.current.kid, data);
    expect(ring.publicKey(here)).toBeDefined();

    house.turn(HOUR_S + 2 * LEEWAY_S);
    expect(await rotateIfDue(house.inVault)).toBe('changed');
    const rows = await house.signingKeys.list();
    expect(rows.filter(({ privateSeal }) => privateSeal)).toEqual([]);
  });

  it('out of Vault is one too, while Vault can be reached', async () => {
    await ensureKeys(house.inVault);
    house.turn(DAY_S);
    await ensureKeys(reachable());
    expect(await outOfReach(reachable())).toBeUndefined();
    expect(await seen()).toEqual(['current 1', 'next here']);
    expect(await signs('current')).toBe(true);
    house.turn(KNOWN_S);
    await rotateIfDue(reachable());
    expect(await seen()).toEqual(['retiring 1', 'current here', 'next here']);
    expect(await signs('current')).toBe(true);
    expect(await signs('retiring')).toBe(true);
  });

  it('out of a Vault that is out of reach lets a local key sign at once; what it signed stays valid', async () => {
    await ensureKeys(house.inVault);
    const old = await house.kid('current');
    expect(await outOfReach(house.deps)).toMatchObject({ name: 'KeyOutOfReach' });
    await ensureKeys(house.deps);
    expect(await seen()).toEqual(['retiring 1', 'current here', 'next here']);
    const ring = await house.openRing({ transit: undefined });
    await ring.sign(ring.current.kid, data);
    expect(ring.publicKey(old)).toBeDefined();
    expect(await outOfReach(house.deps)).toBeUndefined();
  });

  it('to another transit key is one too', async () => {
    house.server.policies.write('gatehouse', { 'transit/*': ['read', 'update'] });
    await ensureKeys(house.inVault);
    const other = house.transit.key('transit/other');
    const there = { ...house.deps, home: transitHome(other) };
    await ensureKeys(there);
    house.turn(KNOWN_S);
    await rotateIfDue(there);
    const ring = await house.openRing();
    await ring.sign(ring.current.kid, data);
    const rows = await house.signingKeys.list();
    expect(rows.map(({ transitKey }) => transitKey)).toEqual([
      'transit/gatehouse',
      'transit/other',
      'transit/other',
    ]);
  });
});

it('a rotation begun at another process is signed with here at once', async () => {
  await ensureKeys(house.inVault);
  house.turn(DAY_S);
  const transit = openTransit(house);
  const ring = await house.openRing({ transit });
  await rotateNow(house.inVault);
  await ring.reread();
  expect(await ring.sign(await house.kid('current'), data)).toHaveLength(256);
  transit.close();
});
