import { type KeyObject, createPrivateKey, createPublicKey } from 'node:crypto';
import type { Encryption } from '../crypto/encryption.ts';
import { type Standing, willSign } from './rotation.ts';
import type { StoredKey } from './store.ts';

/** A key ready for use; without its private half where it will not sign again, or no secret opens it. */
export interface ReadyKey extends Omit<StoredKey, 'privateSeal'> {
  publicKey: KeyObject;
  privateKey?: KeyObject;
}

/** Opens what will sign. What was opened before stays open: a secret may have changed since. */
export function readyKey(
  standing: Standing<StoredKey>,
  opened: ReadyKey | undefined,
  encryption: Encryption,
): ReadyKey {
  const { privateSeal, ...key } = standing.key;
  const publicKey = opened?.publicKey ?? createPublicKey({ key: key.publicJwk, format: 'jwk' });
  if (!willSign(standing)) return { ...key, publicKey };
  const privateKey = opened?.privateKey ?? openPrivateKey(key.kid, privateSeal, encryption);
  return { ...key, publicKey, ...(privateKey && { privateKey }) };
}

function openPrivateKey(
  kid: string,
  seal: Buffer | undefined,
  encryption: Encryption,
): KeyObject | undefined {
  const pkcs8 = seal && encryption.open('signing-key', seal, kid);
  if (!pkcs8) return undefined;
  const key = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
  pkcs8.fill(0);
  return key;
}
