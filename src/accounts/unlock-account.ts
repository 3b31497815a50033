import type { Circumstances } from '../audit/events.ts';
import type { AuditTrail } from '../audit/store.ts';
import type { Atomically } from '../transactions/atomically.ts';
import type { AccountStore } from './store.ts';

export interface UnlockAccountDeps {
  atomically: Atomically<{
    accounts: Pick<AccountStore, 'find'>;
    audit: Pick<AuditTrail, 'record'>;
  }>;
}

/** Records that an operator lifted what keeps a person out after too many tries. Tries are not counted yet. */
export async function unlockAccount(
  { atomically }: UnlockAccountDeps,
  id: string,
  circumstances: Circumstances,
): Promise<'unlocked' | 'unknown'> {
  return atomically(async ({ accounts, audit }) => {
    if (!(await accounts.find(id))) return 'unknown';
    await audit.record('account-unlocked', {}, { ...circumstances, accountId: id });
    return 'unlocked';
  });
}
