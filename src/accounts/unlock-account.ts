import type { Circumstances } from '../audit/events.ts';
import type { AuditTrail } from '../audit/store.ts';
import type { Atomically } from '../transactions/atomically.ts';
import type { AccountStore } from './store.ts';

export interface UnlockAccountDeps {
  atomically: Atomically<{
    accounts: Pick<AccountStore, 'unlock'>;
    audit: Pick<AuditTrail, 'record'>;
  }>;
}

/** An operator lifts what keeps a person out after too many tries: theirs are counted anew, in every browser. */
export async function unlockAccount(
  { atomically }: UnlockAccountDeps,
  id: string,
  circumstances: Circumstances,
): Promise<'unlocked' | 'unknown'> {
  return atomically(async ({ accounts, audit }) => {
    if (!(await accounts.unlock(id))) return 'unknown';
    await audit.record('account-unlocked', {}, { ...circumstances, accountId: id });
    return 'unlocked';
  });
}
