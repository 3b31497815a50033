import { sign } from 'node:crypto';
import type { Encryption } from '../crypto/encryption.ts';
import { type KeyRing, SignerAway } from './key-ring.ts';
import { type Reading, type ReadingDeps, keepReading } from './reading.ts';
import { type ReadyKey, readyKey } from './ready-keys.ts';
import { type KeyLifetimes, standings, willSign } from './rotation.ts';
import { assertVerifies } from './signatures.ts';
import { type Snapshot, takeSnapshot } from './snapshot.ts';
import type { SigningKeyStore } from './store.ts';
import type { Transit } from './vault-transit.ts';
import { WrongSecret } from './wrong-secret.ts';

export interface KeyRingDeps extends ReadingDeps {
  signingKeys: Pick<SigningKeyStore, 'list'>;
  encryption: Encryption;
  lifetimes: KeyLifetimes;
  /** Where keys sign that live in Vault. */
  transit?: Pick<Transit, 'key'> | undefined;
}

export interface OpenKeyRing extends KeyRing {
  /** Ends when everything that was written before the call is known. */
  reread: Reading['again'];
  close(): void;
}

/**
 * The keys of the store, in this process: private halves that lie there sealed are opened here, the others sign in Vault.
 * Refuses to decide when keys change. Throws WrongSecret at the start when a key that signs, or will, cannot be opened.
 */
export async function openKeyRing(deps: KeyRingDeps): Promise<OpenKeyRing> {
  const known = knownKeys(deps);
  const signInVault = async (key: ReadyKey, data: Uint8Array) =>
    orAway(deps.transit, `Key ${key.kid} lives in Vault, which is not configured.`)
      .key(key.transitKey ?? '')
      .sign(key, data);
  const reading = await keepReading(deps, () => known.read());
  return {
    get current() {
      return orAway(known.snapshot().current, 'No key signs.');
    },
    get document() {
      return known.snapshot().document;
    },
    publicKey: (kid) => known.snapshot().published.get(kid)?.publicKey,
    hintKey: (kid) => known.snapshot().hints.get(kid)?.publicKey,
    async sign(kid, data) {
      await reading.confirm();
      const key = orAway(known.snapshot().signing.get(kid), `Key ${kid} may not sign.`);
      return key.transitKey === undefined ? signHere(key, data) : signInVault(key, data);
    },
    reread: () => reading.again(),
    close: () => reading.close(),
  };
}

/** The keys as last read, seen at the moment of asking: time alone retires a key, in a process that slept too. */
function knownKeys({ signingKeys, encryption, lifetimes, now, onFault }: KeyRingDeps) {
  let keys: ReadonlyMap<string, ReadyKey> | undefined;
  let taken: Snapshot | undefined;

  const take = () => takeSnapshot([...(keys?.values() ?? [])], lifetimes, now());
  return {
    async read(): Promise<void> {
      const rows = standings(await signingKeys.list(), lifetimes, now());
      const ready = new Map(
        rows.map((row) => [row.key.kid, readyKey(row, keys?.get(row.key.kid), encryption)]),
      );
      for (const { key } of rows.filter(willSign)) {
        if (key.transitKey !== undefined) continue;
        if (ready.get(key.kid)?.privateKey || keys?.has(key.kid)) continue;
        if (!keys) throw new WrongSecret(key.kid);
        onFault(new WrongSecret(key.kid));
      }
      keys = ready;
      taken = take();
    },
    snapshot(): Snapshot {
      if (!taken || taken.until <= now()) taken = take();
      return taken;
    },
  };
}

/** On this thread: RSA takes a quarter of a millisecond, and libuv's threads may be busy with passwords for a hundred. */
function signHere(key: ReadyKey, data: Uint8Array): Uint8Array {
  const signature = sign(
    'sha256',
    data,
    orAway(key.privateKey, `Key ${key.kid} is not open here.`),
  );
  assertVerifies(key, data, signature);
  return signature;
}

function orAway<T>(value: T | undefined, why: string): T {
  if (value === undefined) throw new SignerAway(why);
  return value;
}
