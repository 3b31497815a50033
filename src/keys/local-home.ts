import { generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import type { Encryption } from '../crypto/encryption.ts';
import type { KeyHome, SpareKey } from './key-home.ts';
import { isAwkward, thumbprint } from './thumbprint.ts';

/** @param reachesVault whether keys that live in Vault can still sign until one of this house takes over. */
export function localHome(encryption: Encryption, reachesVault = false): KeyHome {
  const view = {
    fits: ({ transitKey }: { transitKey?: string }) => transitKey === undefined,
    reaches: ({ transitKey }: { transitKey?: string }) => reachesVault || transitKey === undefined,
    isRotated: () => false,
  };
  return {
    look: async () => view,
    /** Finding two primes takes too long to be waited for under a lock. */
    async prepare() {
      const spares = await Promise.all([makeSpare(encryption), makeSpare(encryption)]);
      return async () => {
        const spare = spares.pop();
        if (!spare) throw new Error('More keys are missing than were made.');
        return spare;
      };
    },
  };
}

async function makeSpare(encryption: Encryption): Promise<SpareKey> {
  const pair = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  const { n = '', e = '' } = pair.publicKey.export({ format: 'jwk' });
  const kid = thumbprint({ n, e });
  if (isAwkward(kid)) return makeSpare(encryption);
  const pkcs8 = pair.privateKey.export({ format: 'der', type: 'pkcs8' });
  const privateSeal = encryption.seal('signing-key', pkcs8, kid);
  pkcs8.fill(0);
  return { kid, publicJwk: { kty: 'RSA', n, e }, privateSeal };
}
