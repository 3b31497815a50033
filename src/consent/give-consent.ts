import type { Allowed, Circumstances } from '../audit/events.ts';
import type { AuditTrail } from '../audit/store.ts';
import type { ConsentStore } from '../sessions/store.ts';
import type { Atomically } from '../transactions/atomically.ts';

export interface GiveConsentDeps {
  atomically: Atomically<{
    consents: Pick<ConsentStore, 'remember'>;
    audit: Pick<AuditTrail, 'record'>;
  }>;
}

/** Remembers what was agreed to, and that it was. Grants are made from it elsewhere, when the request goes on. */
export async function giveConsent(
  deps: GiveConsentDeps,
  { accountId, clientId, allowed }: { accountId: string; clientId: string; allowed: Allowed },
  circumstances: Circumstances,
): Promise<void> {
  await deps.atomically(async ({ consents, audit }) => {
    await consents.remember(accountId, clientId, allowed);
    await audit.record('consent-given', { allowed }, circumstances);
  });
}
