import type { AuditEvents, Circumstances } from '../audit/events.ts';
import type { AuditTrail } from '../audit/store.ts';
import { type PostingPorts, postMail } from '../mail/post-mail.ts';
import type { PasswordHasher } from '../passwords/hasher.ts';
import type { Whose } from '../passwords/held-word.ts';
import { type PasswordFlaw, type PasswordRules, passwordFlaw } from '../passwords/policy.ts';
import type { Atomically } from '../transactions/atomically.ts';
import type { Account } from './account.ts';
import { parseEmailAddress } from './email-address.ts';
import type { AccountStore } from './store.ts';

/** What a change of password writes to, all in one transaction. */
export interface PasswordPorts extends PostingPorts {
  accounts: Pick<AccountStore, 'changePassword'>;
  audit: Pick<AuditTrail, 'record'>;
  /** Proofs of the address that are still open (proofs/store.ts). */
  proofs: { endAllFor(owner: { accountId: string; emailCanonical: string }): Promise<void> };
}

export interface SetPasswordDeps {
  hasher: Pick<PasswordHasher, 'hash'>;
  passwordRules: PasswordRules;
  atomically: Atomically<PasswordPorts>;
}

/** As it was read when the right to change it was checked: any credential change since then wins. */
type Owner = Pick<Account, 'id' | 'locale' | 'credentialVersion'> & Whose & { email: string };
type By = AuditEvents['password-changed']['by'];

export async function setPassword(
  { hasher, passwordRules, atomically }: SetPasswordDeps,
  { account, password, by }: { account: Owner; password: string; by: By },
  circumstances: Circumstances,
): Promise<'changed' | 'changed-meanwhile' | PasswordFlaw> {
  const flaw = await passwordFlaw(passwordRules, password, account);
  if (flaw) return flaw;
  const hash = await hasher.hash(password);
  return atomically(async (ports) =>
    (await writePassword(ports, { account, hash, by }, circumstances))
      ? 'changed'
      : 'changed-meanwhile',
  );
}

/**
 * Also ends what any older credential opened (sessions, grants, known browsers: they compare versions) or would still
 * open (codes and links that were mailed), and tells the owner. Answers whether nobody was faster.
 */
export async function writePassword(
  { accounts, audit, proofs, ...posting }: PasswordPorts,
  { account, hash, by }: { account: Owner; hash: string; by: By },
  circumstances: Circumstances,
): Promise<boolean> {
  const { id: accountId, email, credentialVersion } = account;
  if (!(await accounts.changePassword(accountId, hash, credentialVersion))) return false;
  const emailCanonical = parseEmailAddress(email)?.canonical ?? email;
  await Promise.all([
    proofs.endAllFor({ accountId, emailCanonical }),
    audit.record('password-changed', { by }, { ...circumstances, accountId }),
    postMail(posting, 'password-changed', { by }, account),
  ]);
  return true;
}
