import type { Circumstances } from '../audit/events.ts';
import type { AuditTrail } from '../audit/store.ts';
import type { Atomically } from '../transactions/atomically.ts';
import type { AccountStore } from './store.ts';

export interface DisableAccountDeps {
  atomically: Atomically<{
    accounts: Pick<AccountStore, 'disable' | 'enable' | 'find'>;
    audit: Pick<AuditTrail, 'record'>;
  }>;
  now: () => Date;
}

/** Nobody signs in to it, and all its sessions and grants end within a second; enabling brings none back. */
export async function disableAccount(
  { atomically, now }: DisableAccountDeps,
  id: string,
  circumstances: Circumstances,
): Promise<'disabled' | 'was-disabled' | 'unknown'> {
  return atomically(async ({ accounts, audit }) => {
    if (await accounts.disable(id, now())) {
      await audit.record('account-disabled', {}, { ...circumstances, accountId: id });
      return 'disabled';
    }
    return (await accounts.find(id)) ? 'was-disabled' : 'unknown';
  });
}

export async function enableAccount(
  { atomically }: Pick<DisableAccountDeps, 'atomically'>,
  id: string,
  circumstances: Circumstances,
): Promise<'enabled' | 'was-enabled' | 'unknown'> {
  return atomically(async ({ accounts, audit }) => {
    if (await accounts.enable(id)) {
      await audit.record('account-enabled', {}, { ...circumstances, accountId: id });
      return 'enabled';
    }
    return (await accounts.find(id)) ? 'was-enabled' : 'unknown';
  });
}
