import type { AuditEvents, Circumstances } from '../audit/events.ts';
import type { AuditTrail } from '../audit/store.ts';
import { type PostingPorts, postMail } from '../mail/post-mail.ts';
import type { PasswordHasher } from '../passwords/hasher.ts';
import type { Whose } from '../passwords/held-word.ts';
import { type PasswordFlaw, type PasswordRules, passwordFlaw } from '../passwords/policy.ts';
import type { Atomically } from '../transactions/atomically.ts';
import type { Account } from './account.ts';
import type { AccountStore } from './store.ts';

export interface SetPasswordDeps {
  hasher: Pick<PasswordHasher, 'hash'>;
  passwordRules: PasswordRules;
  atomically: Atomically<
    PostingPorts & {
      accounts: Pick<AccountStore, 'changePassword'>;
      audit: Pick<AuditTrail, 'record'>;
    }
  >;
}

export interface NewPassword {
  /** As it was read when the right to change it was checked: any credential change since then wins. */
  account: Pick<Account, 'id' | 'locale' | 'credentialVersion'> & Whose & { email: string };
  password: string;
  by: AuditEvents['password-changed']['by'];
}

/** Also ends every session and grant of the account, and tells its owner. */
export async function setPassword(
  { hasher, passwordRules, atomically }: SetPasswordDeps,
  { account, password, by }: NewPassword,
  circumstances: Circumstances,
): Promise<'changed' | 'changed-meanwhile' | PasswordFlaw> {
  const flaw = await passwordFlaw(passwordRules, password, account);
  if (flaw) return flaw;
  const hash = await hasher.hash(password);
  const { id, credentialVersion } = account;
  return atomically(async ({ accounts, audit, ...posting }) => {
    if (!(await accounts.changePassword(id, hash, credentialVersion))) return 'changed-meanwhile';
    await audit.record('password-changed', { by }, { ...circumstances, accountId: id });
    await postMail(posting, 'password-changed', { by }, account);
    return 'changed';
  });
}
