import type { Circumstances } from '../audit/events.ts';
import type { AuditTrail } from '../audit/store.ts';
import type { Atomically } from '../transactions/atomically.ts';
import type { AccountStore } from './store.ts';

export interface DeleteAccountDeps {
  atomically: Atomically<{
    accounts: Pick<AccountStore, 'find' | 'delete'>;
    audit: Pick<AuditTrail, 'record'>;
  }>;
}

/** Deletes it with its sessions, grants, tokens and consents. The audit trail keeps what was done. */
export async function deleteAccount(
  { atomically }: DeleteAccountDeps,
  id: string,
  circumstances: Circumstances,
): Promise<'deleted' | 'unknown'> {
  return atomically(async ({ accounts, audit }) => {
    const account = await accounts.find(id);
    if (!account || !(await accounts.delete(id))) return 'unknown';
    const { email } = account;
    await audit.record('account-deleted', { email }, { ...circumstances, accountId: id });
    return 'deleted';
  });
}
