import type { AccountStore } from '../accounts/store.ts';
import type { Circumstances } from '../audit/events.ts';
import type { AuditTrail } from '../audit/store.ts';
import type { Atomically } from '../transactions/atomically.ts';

export interface SignOutEverywhereDeps {
  atomically: Atomically<{
    accounts: Pick<AccountStore, 'signOutEverywhere'>;
    audit: Pick<AuditTrail, 'record'>;
  }>;
}

/** Ends every session and grant of the person, offline ones too, within a second and on every replica. */
export async function signOutEverywhere(
  { atomically }: SignOutEverywhereDeps,
  accountId: string,
  circumstances: Circumstances,
): Promise<'signed-out' | 'unknown'> {
  return atomically(async ({ accounts, audit }) => {
    if (!(await accounts.signOutEverywhere(accountId))) return 'unknown';
    await audit.record('signed-out-everywhere', {}, { ...circumstances, accountId });
    return 'signed-out';
  });
}
