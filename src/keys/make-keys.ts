import { generateKeyPair, hash } from 'node:crypto';
import { promisify } from 'node:util';
import type { AuditTrail } from '../audit/store.ts';
import type { Circumstances } from '../audit/events.ts';
import type { Encryption } from '../crypto/encryption.ts';
import type { Atomically } from '../transactions/atomically.ts';
import { type KeyLifetimes, type KeyState, standings, takesOverAt, willSign } from './rotation.ts';
import type { SigningKeyStore, SigningKeyWriter, StoredKey } from './store.ts';
import { WrongSecret } from './wrong-secret.ts';

export interface KeyCareDeps {
  signingKeys: Pick<SigningKeyStore, 'list'>;
  atomically: Atomically<{
    signingKeys: Pick<SigningKeyStore, 'exclusively'>;
    audit: Pick<AuditTrail, 'record'>;
  }>;
  encryption: Encryption;
  lifetimes: KeyLifetimes;
  by: Circumstances;
  now: () => Date;
}

/** One change of the keys, alone in the house. */
export interface KeyChange {
  keys: SigningKeyWriter;
  lifetimes: KeyLifetimes;
  now: Date;
  /** Made before the change began: finding two primes takes too long to be waited for under a lock. */
  spares: SpareKey[];
  opens(key: StoredKey): boolean;
  record(name: 'key-created' | 'key-signs' | 'key-revoked', kid: string): Promise<void>;
}

type SpareKey = Pick<StoredKey, 'kid' | 'publicJwk' | 'privateSeal'>;

/** Sees to it that one key signs and one comes next: at the first start, and whenever either is missing. */
export async function ensureKeys(deps: KeyCareDeps): Promise<'made' | 'complete'> {
  if (isComplete(await deps.signingKeys.list(), deps.lifetimes, deps.now())) return 'complete';
  return (await changeKeys(deps, replenish)) ? 'made' : 'complete';
}

export async function changeKeys<T>(
  deps: KeyCareDeps,
  work: (change: KeyChange) => Promise<T>,
): Promise<T> {
  const spares = await Promise.all([makeSpare(deps.encryption), makeSpare(deps.encryption)]);
  return deps.atomically(({ signingKeys, audit }) =>
    signingKeys.exclusively((keys) =>
      work({
        keys,
        lifetimes: deps.lifetimes,
        now: deps.now(),
        spares,
        opens: ({ kid, privateSeal }) =>
          !privateSeal || deps.encryption.open('signing-key', privateSeal, kid) !== undefined,
        record: (name, kid) => audit.record(name, { kid }, deps.by),
      }),
    ),
  );
}

/** Answers whether anything was missing. A key is told to sign once: when the one after it is made. */
export async function replenish(change: KeyChange): Promise<boolean> {
  const keys = await change.keys.list();
  const next = keyIn('next', keys, change);
  const current = keyIn('current', keys, change);
  if (current && next) return false;
  const signing = current ?? (await beginSigning(change, next));
  await change.record('key-signs', signing.kid);
  await create(change, takesOverAt(signing, change.lifetimes, change.now));
  return true;
}

export function keyIn(
  state: KeyState,
  keys: readonly StoredKey[],
  { lifetimes, now }: Pick<KeyChange, 'lifetimes' | 'now'>,
): StoredKey | undefined {
  return standings(keys, lifetimes, now).find((standing) => standing.state === state)?.key;
}

export function isComplete(
  keys: readonly StoredKey[],
  lifetimes: KeyLifetimes,
  now: Date,
): boolean {
  const states = new Set(standings(keys, lifetimes, now).map(({ state }) => state));
  return states.has('current') && states.has('next');
}

/** The next key is known to applications already, so it goes before a new one. */
async function beginSigning(change: KeyChange, next: StoredKey | undefined): Promise<StoredKey> {
  if (!next) return create(change, change.now);
  await change.keys.setSignsFrom(next.kid, change.now);
  return { ...next, signsFrom: change.now };
}

async function create(change: KeyChange, signsFrom: Date): Promise<StoredKey> {
  await refuseWrongSecret(change);
  const spare = change.spares.pop();
  if (!spare) throw new Error('More keys are missing than were made.');
  const key = { ...spare, createdAt: change.now, signsFrom };
  await change.keys.add(key);
  await change.record('key-created', key.kid);
  return key;
}

/** A key sealed under a secret that the others do not have would fail them on the day it takes over. */
async function refuseWrongSecret(change: KeyChange): Promise<void> {
  const closed = standings(await change.keys.list(), change.lifetimes, change.now).find(
    (standing) => willSign(standing) && !change.opens(standing.key),
  );
  if (closed) throw new WrongSecret(closed.key.kid);
}

async function makeSpare(encryption: Encryption): Promise<SpareKey> {
  const pair = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  const { n = '', e = '' } = pair.publicKey.export({ format: 'jwk' });
  const kid = thumbprint(n, e);
  // On the command line it would read as an option.
  if (kid.startsWith('-')) return makeSpare(encryption);
  const pkcs8 = pair.privateKey.export({ format: 'der', type: 'pkcs8' });
  const privateSeal = encryption.seal('signing-key', pkcs8, kid);
  pkcs8.fill(0);
  return { kid, publicJwk: { kty: 'RSA', n, e }, privateSeal };
}

/** RFC 7638: the required members, in alphabetical order, without spaces. */
function thumbprint(n: string, e: string): string {
  return hash('sha256', JSON.stringify({ e, kty: 'RSA', n }), 'base64url');
}
