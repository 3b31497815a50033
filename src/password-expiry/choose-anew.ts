import type { Account } from '../accounts/account.ts';
import { type SetPasswordDeps, setPassword } from '../accounts/set-password.ts';
import type { AccountStore } from '../accounts/store.ts';
import type { Circumstances } from '../audit/events.ts';
import type { PasswordHasher } from '../passwords/hasher.ts';
import type { PasswordFlaw } from '../passwords/policy.ts';

export interface ChooseAnewDeps extends SetPasswordDeps {
  accounts: Pick<AccountStore, 'find'>;
  hasher: Pick<PasswordHasher, 'hash' | 'verify'>;
}

/** Who gave the right password, and how their account stood then. */
export interface Holder {
  accountId: string;
  signOutVersion: number;
}

export type ChooseAnewOutcome =
  | { outcome: 'changed'; account: Account }
  | { outcome: 'flawed'; flaw: PasswordFlaw | 'unchanged' }
  | { outcome: 'sign-in-again' };

/** Another password in place of one that has expired, for whoever knew that one a moment ago. */
export async function chooseAnew(
  deps: ChooseAnewDeps,
  { holder, password }: { holder: Holder; password: string },
  circumstances: Circumstances,
): Promise<ChooseAnewOutcome> {
  const account = await stillTheSame(deps, holder);
  if (!account) return { outcome: 'sign-in-again' };
  if (await deps.hasher.verify(password, account.passwordHash)) {
    return { outcome: 'flawed', flaw: 'unchanged' };
  }
  const set = await setPassword(deps, { account, password, by: 'owner' }, circumstances);
  if (set === 'changed-meanwhile') return { outcome: 'sign-in-again' };
  if (set !== 'changed') return { outcome: 'flawed', flaw: set };
  const changed = await deps.accounts.find(account.id);
  return changed ? { outcome: 'changed', account: changed } : { outcome: 'sign-in-again' };
}

/** Nobody else changed the password, signed them out everywhere or shut them out. */
export async function stillTheSame(
  { accounts }: Pick<ChooseAnewDeps, 'accounts'>,
  { accountId, signOutVersion }: Holder,
): Promise<Account | undefined> {
  const account = await accounts.find(accountId);
  const same = account?.signOutVersion === signOutVersion && !account.disabledAt;
  return same ? account : undefined;
}
