import type { Circumstances } from '../audit/events.ts';
import type { AuditTrail } from '../audit/store.ts';
import type { Atomically } from '../transactions/atomically.ts';
import { MOST_SECRETS, livingSecrets, newSecret, usesSecret } from './secrets.ts';
import type { ClientStore } from './store.ts';

export interface RotateSecretDeps {
  atomically: Atomically<{
    clients: Pick<ClientStore, 'find' | 'addSecret' | 'expireSecrets'>;
    audit: Pick<AuditTrail, 'record'>;
  }>;
  now: () => Date;
}

export type RotateSecretOutcome =
  | { outcome: 'rotated'; secret: string; othersEndAt: Date }
  | { outcome: 'unknown' | 'needs-no-secret' | 'too-many-secrets' };

/** A new secret; the others work for `overlapS` seconds more, so that no deployment has to be simultaneous. */
export async function rotateSecret(
  deps: RotateSecretDeps,
  { clientId, overlapS }: { clientId: string; overlapS: number },
  circumstances: Circumstances,
): Promise<RotateSecretOutcome> {
  const now = deps.now();
  const othersEndAt = new Date(now.getTime() + overlapS * 1000);
  const secret = newSecret(now);
  return deps.atomically(async ({ clients, audit }) => {
    const client = await clients.find(clientId);
    if (!client) return { outcome: 'unknown' };
    if (!usesSecret(client)) return { outcome: 'needs-no-secret' };
    const overlapping = overlapS > 0 ? livingSecrets(client.secrets, now).length : 0;
    if (overlapping >= MOST_SECRETS) return { outcome: 'too-many-secrets' };
    await clients.addSecret(clientId, secret.stored);
    await clients.expireSecrets(clientId, secret.stored.id, othersEndAt);
    const details = { secretId: secret.stored.id };
    await audit.record('client-secret-rotated', details, { ...circumstances, clientId });
    return { outcome: 'rotated', secret: secret.value, othersEndAt };
  });
}
