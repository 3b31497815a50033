import type { AuditTrail } from '../audit/store.ts';
import type { Circumstances } from '../audit/events.ts';
import type { Encryption } from '../crypto/encryption.ts';
import type { Atomically } from '../transactions/atomically.ts';
import type { HomeView, KeyHome, KeyMaker } from './key-home.ts';
import {
  type KeyLifetimes,
  type KeyState,
  LEEWAY_S,
  knownFrom,
  standings,
  takesOverAt,
  willSign,
} from './rotation.ts';
import type { SigningKeyStore, SigningKeyWriter, StoredKey } from './store.ts';
import { WrongSecret } from './wrong-secret.ts';

export interface KeyCareDeps {
  signingKeys: Pick<SigningKeyStore, 'list'>;
  atomically: Atomically<{
    signingKeys: Pick<SigningKeyStore, 'exclusively'>;
    audit: Pick<AuditTrail, 'record'>;
  }>;
  encryption: Encryption;
  /** Where new keys are made. */
  home: KeyHome;
  lifetimes: KeyLifetimes;
  by: Circumstances;
  now: () => Date;
}

/** One change of the keys, alone in the house. */
export interface KeyChange extends KeyMoment {
  keys: SigningKeyWriter;
  make: KeyMaker;
  opens(key: StoredKey): boolean;
  record(name: 'key-created' | 'key-signs' | 'key-revoked', kid: string): Promise<void>;
}

/** All by which keys are judged. */
export interface KeyMoment {
  home: HomeView;
  lifetimes: KeyLifetimes;
  now: Date;
}

/**
 * Sees to it that one key signs and one comes next, in the home that new keys have: at the first start, after a move, and
 * whenever one is missing.
 */
export async function ensureKeys(deps: KeyCareDeps): Promise<'made' | 'complete'> {
  const moment = { lifetimes: deps.lifetimes, now: deps.now(), home: await deps.home.look() };
  if (isComplete(await deps.signingKeys.list(), moment)) return 'complete';
  return (await changeKeys(deps, replenish)) ? 'made' : 'complete';
}

export async function changeKeys<T>(
  deps: KeyCareDeps,
  work: (change: KeyChange) => Promise<T>,
): Promise<T> {
  const make = await deps.home.prepare();
  return deps.atomically(({ signingKeys, audit }) =>
    signingKeys.exclusively(async (keys) =>
      work({
        keys,
        make,
        home: await deps.home.look(),
        lifetimes: deps.lifetimes,
        now: deps.now(),
        opens: ({ kid, privateSeal }) =>
          !privateSeal || deps.encryption.open('signing-key', privateSeal, kid) !== undefined,
        record: (name, kid) => audit.record(name, { kid }, deps.by),
      }),
    ),
  );
}

/** Answers whether anything was missing. A key is told to sign once: when the one after it is made. */
export async function replenish(change: KeyChange): Promise<boolean> {
  const dismissed = await dismissStrangers(change);
  const followed = await followRotation(change);
  const keys = await change.keys.list();
  const next = keyIn('next', keys, change);
  const current = keyIn('current', keys, change);
  if (current && next) return (await hasten(change, current, next)) || dismissed || followed;
  const signing = current ?? (await beginSigning(change, next));
  if (!dismissed) await change.record('key-signs', signing.kid);
  const made = await create(change, takesOverAt(signing, change.lifetimes, change.now));
  await hasten(change, signing, made);
  return true;
}

export function keyIn(
  state: KeyState,
  keys: readonly StoredKey[],
  { lifetimes, now }: Pick<KeyMoment, 'lifetimes' | 'now'>,
): StoredKey | undefined {
  return standings(keys, lifetimes, now).find((standing) => standing.state === state)?.key;
}

export function isComplete(keys: readonly StoredKey[], moment: KeyMoment): boolean {
  const next = keyIn('next', keys, moment);
  const current = keyIn('current', keys, moment);
  return (
    current !== undefined &&
    next !== undefined &&
    next.signsFrom <= successionOf(current, next, moment) &&
    strangers(keys, moment).length === 0 &&
    !moment.home.isRotated(keys)
  );
}

/**
 * When the next key takes over: on its day, where all is well. From a key that moved or may not sign any more, as soon as
 * applications can know it; from one that nobody here can sign with, now.
 */
function successionOf(current: StoredKey, next: StoredKey, { home, lifetimes, now }: KeyMoment) {
  if (home.fits(current)) return next.signsFrom;
  if (!home.reaches(current)) return now;
  const known = knownFrom(next, lifetimes);
  return known > now ? known : now;
}

async function hasten(change: KeyChange, current: StoredKey, next: StoredKey): Promise<boolean> {
  const signsFrom = successionOf(current, next, change);
  if (next.signsFrom <= signsFrom) return false;
  await change.keys.setSignsFrom(next.kid, signsFrom);
  if (signsFrom <= change.now) await replenish(change);
  return true;
}

/** Keys that would sign one day, but live elsewhere or may not. One that is about to take over may have signed: clocks differ. */
function strangers(keys: readonly StoredKey[], { home, lifetimes, now }: KeyMoment): StoredKey[] {
  const soon = new Date(now.getTime() + LEEWAY_S * 1000);
  return standings(keys, lifetimes, now)
    .filter(({ state, key }) => state === 'next' && !home.fits(key) && key.signsFrom > soon)
    .map(({ key }) => key);
}

async function dismissStrangers(change: KeyChange): Promise<boolean> {
  const unfit = strangers(await change.keys.list(), change);
  for (const { kid } of unfit) await change.keys.delete(kid);
  return unfit.length > 0;
}

/** Who rotates in Vault wants another key to sign: the next one does as soon as it may, and the new one comes after it. */
async function followRotation(change: KeyChange): Promise<boolean> {
  const keys = await change.keys.list();
  const next = keyIn('next', keys, change);
  if (!next || !change.home.isRotated(keys)) return false;
  const signsFrom = await takeOver(change, next);
  await change.record('key-signs', next.kid);
  await create(change, takesOverAt({ ...next, signsFrom }, change.lifetimes, change.now));
  return true;
}

/** Lets it sign as soon as every application can know it. Answers from when. */
export async function takeOver(change: KeyChange, next: StoredKey): Promise<Date> {
  const known = knownFrom(next, change.lifetimes);
  const soonest = known > change.now ? known : change.now;
  const signsFrom = next.signsFrom < soonest ? next.signsFrom : soonest;
  await change.keys.setSignsFrom(next.kid, signsFrom);
  return signsFrom;
}

/** The next key is known to applications already, so it goes before a new one. */
async function beginSigning(change: KeyChange, next: StoredKey | undefined): Promise<StoredKey> {
  if (!next) return create(change, change.now);
  await change.keys.setSignsFrom(next.kid, change.now);
  return { ...next, signsFrom: change.now };
}

async function create(change: KeyChange, signsFrom: Date): Promise<StoredKey> {
  await refuseWrongSecret(change);
  const made = await change.make(await change.keys.list());
  const key = { ...made, createdAt: change.now, signsFrom };
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
