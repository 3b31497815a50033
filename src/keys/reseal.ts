import type { AuditTrail } from '../audit/store.ts';
import type { Circumstances } from '../audit/events.ts';
import type { Encryption } from '../crypto/encryption.ts';
import type { Atomically } from '../transactions/atomically.ts';
import type { SigningKeyStore } from './store.ts';
import { WrongSecret } from './wrong-secret.ts';

export interface ResealKeysDeps {
  atomically: Atomically<{
    signingKeys: Pick<SigningKeyStore, 'exclusively'>;
    audit: Pick<AuditTrail, 'record'>;
  }>;
  encryption: Encryption;
  by: Circumstances;
}

/** After a change of GATEHOUSE_SECRET: seals every private half under the newest, so that the older can go. */
export async function resealKeys(deps: ResealKeysDeps): Promise<{ resealed: number }> {
  return deps.atomically(({ signingKeys, audit }) =>
    signingKeys.exclusively(async (keys) => {
      let resealed = 0;
      for (const { kid, privateSeal } of await keys.list()) {
        if (!privateSeal || !deps.encryption.needsReseal(privateSeal)) continue;
        const plain = deps.encryption.open('signing-key', privateSeal, kid);
        if (!plain) throw new WrongSecret(kid);
        await keys.replaceSeal(kid, deps.encryption.seal('signing-key', plain, kid));
        resealed += 1;
      }
      if (resealed > 0) await audit.record('secret-changed', { resealed }, deps.by);
      return { resealed };
    }),
  );
}
