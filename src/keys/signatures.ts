import { type KeyObject, verify } from 'node:crypto';
import { SignerAway } from './key-ring.ts';

export interface Signable {
  kid: string;
  publicKey: KeyObject;
}

/** A faulty signature can give a private key away, and one of another key or kind is worth nothing: none leaves. */
export function assertVerifies(key: Signable, data: Uint8Array, signature: Uint8Array): void {
  if (verify('sha256', data, key.publicKey, signature)) return;
  throw new SignerAway(`A signature of key ${key.kid} does not verify.`);
}
