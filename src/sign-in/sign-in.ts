import type { Account } from '../accounts/account.ts';
import { type CheckPasswordDeps, checkPassword } from '../accounts/check-password.ts';
import type { Circumstances } from '../audit/events.ts';
import type { AuditTrail } from '../audit/store.ts';

export interface SignInDeps extends CheckPasswordDeps {
  audit: Pick<AuditTrail, 'record'>;
}

export interface Attempt {
  /** Address or user name, as it was typed. */
  identifier: string;
  password: string;
  remember: boolean;
}

/** Whoever is refused is not told why: strangers must not learn who has an account, nor who was shut out. */
export async function signIn(
  deps: SignInDeps,
  { identifier, password, remember }: Attempt,
  circumstances: Circumstances,
): Promise<Account | 'refused'> {
  const checked = await checkPassword(deps, { identifier, password });
  if (checked.outcome === 'wrong') {
    const { why, accountId } = checked;
    await deps.audit.record(
      'sign-in-refused',
      { why },
      { ...circumstances, ...(accountId && { accountId }) },
    );
    return 'refused';
  }
  const { account } = checked;
  await deps.audit.record(
    'signed-in',
    { remembered: remember },
    { ...circumstances, accountId: account.id },
  );
  return account;
}
