import { sign, verify } from 'node:crypto';
import type { Encryption } from '../crypto/encryption.ts';
import { type KeyRing, SignerAway } from './key-ring.ts';
import { type Reading, type ReadingDeps, keepReading } from './reading.ts';
import { type ReadyKey, readyKey } from './ready-keys.ts';
import { type KeyLifetimes, standings, willSign } from './rotation.ts';
import { type Snapshot, takeSnapshot } from './snapshot.ts';
import type { SigningKeyStore } from './store.ts';
import { WrongSecret } from './wrong-secret.ts';

export interface LocalKeyRingDeps extends ReadingDeps {
  signingKeys: Pick<SigningKeyStore, 'list'>;
  encryption: Encryption;
  lifetimes: KeyLifetimes;
}

export interface LocalKeyRing extends KeyRing {
  /** Ends when everything that was written before the call is known. */
  reread: Reading['again'];
  close(): void;
}

/**
 * The ring whose private halves lie sealed in the store and are opened in this process. Refuses to decide when keys
 * change. Throws WrongSecret at the start when a key that signs, or will, cannot be opened.
 */
export async function openLocalKeyRing(deps: LocalKeyRingDeps): Promise<LocalKeyRing> {
  const known = knownKeys(deps);
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
      return signWith(key, data);
    },
    reread: () => reading.again(),
    close: () => reading.close(),
  };
}

/** The keys as last read, seen at the moment of asking: time alone retires a key, in a process that slept too. */
function knownKeys({ signingKeys, encryption, lifetimes, now, onFault }: LocalKeyRingDeps) {
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

/**
 * On this thread: RSA takes a quarter of a millisecond, and libuv's threads may be busy with passwords for a hundred.
 * A faulty signature can give the private key away, so none leaves unverified.
 */
function signWith({ kid, privateKey, publicKey }: ReadyKey, data: Uint8Array): Uint8Array {
  const signature = sign('sha256', data, orAway(privateKey, `Key ${kid} is not open here.`));
  if (!verify('sha256', data, publicKey, signature)) {
    throw new SignerAway(`A signature of key ${kid} does not verify.`);
  }
  return signature;
}

function orAway<T>(value: T | undefined, why: string): T {
  if (value === undefined) throw new SignerAway(why);
  return value;
}
