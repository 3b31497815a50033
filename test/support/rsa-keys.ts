import { type KeyObject, generateKeyPairSync } from 'node:crypto';
import { isAwkward, thumbprint } from '../../src/keys/thumbprint.ts';

export interface RsaKey {
  privateKey: KeyObject;
  publicPem: string;
}

const made = new Map<string, RsaKey>();

/**
 * A key of that name, made once in the life of a worker: finding primes is slow, and tests make many. Its thumbprint is
 * one that the house takes, so that tests can count versions.
 */
export function rsaKey(name: string, modulusLength: number): RsaKey {
  const id = `${name} ${modulusLength}`;
  const key = made.get(id) ?? make(modulusLength);
  made.set(id, key);
  return key;
}

function make(modulusLength: number): RsaKey {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength });
  const { n = '', e = '' } = publicKey.export({ format: 'jwk' });
  if (isAwkward(thumbprint({ n, e }))) return make(modulusLength);
  return { privateKey, publicPem: publicKey.export({ format: 'pem', type: 'spki' }).toString() };
}
