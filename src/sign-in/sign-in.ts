import type { Account } from '../accounts/account.ts';
import { type CheckPasswordDeps, checkPassword } from '../accounts/check-password.ts';
import { type ComeInDeps, comeIn } from '../accounts/come-in.ts';
import { type PasswordTriesDeps, type Visitor, passwordTries } from '../accounts/password-tries.ts';
import { type PasswordAgeDeps, isPasswordExpired } from '../accounts/password-age.ts';
import type { AuditEvents, Circumstances } from '../audit/events.ts';
import type { AuditTrail } from '../audit/store.ts';

export interface SignInDeps
  extends CheckPasswordDeps, PasswordTriesDeps, ComeInDeps, PasswordAgeDeps {
  audit: Pick<AuditTrail, 'record'>;
}

export interface Attempt {
  /** Address or user name, as it was typed. */
  identifier: string;
  password: string;
  remember: boolean;
  visitor: Visitor;
  /** What names this visit to the sign-in pages. */
  visit: string;
}

/** `mark` is for the browser: the account knows it from now on. `held`: nobody is in before that is done. */
export type SignInOutcome =
  | { outcome: 'signed-in'; account: Account; mark: string }
  | { outcome: 'held'; account: Account; for: AuditEvents['sign-in-held']['for'] }
  | { outcome: 'refused' }
  | { outcome: 'wait'; waitS: number };

/** Whoever is refused is not told why: strangers must not learn who has an account, nor who was shut out. */
export async function signIn(
  deps: SignInDeps,
  { identifier, password, remember, visitor, visit }: Attempt,
  circumstances: Circumstances,
): Promise<SignInOutcome> {
  const admit = passwordTries(deps, identifier, visitor);
  const checked = await checkPassword(deps, { identifier, password }, admit);
  if (checked.outcome === 'wait') return checked;
  if (checked.outcome === 'wrong') {
    const { why, accountId, spent } = checked;
    const from = { ...circumstances, ...(accountId && { accountId }) };
    await deps.audit.record('sign-in-refused', { why }, from);
    for (const budget of spent) await deps.audit.record('budget-spent', { budget }, from);
    return { outcome: 'refused' };
  }
  const { account } = checked;
  const held = heldFor(deps, account);
  if (held) {
    const from = { ...circumstances, accountId: account.id };
    await deps.audit.record('sign-in-held', { for: held }, from);
    return { outcome: 'held', account, for: held };
  }
  const arrival = { account, remember, marks: visitor.marks, visit };
  return { outcome: 'signed-in', account, ...(await comeIn(deps, arrival, circumstances)) };
}

/** What a right password does not open yet: an address to be proved, or another password to be chosen. */
function heldFor(deps: PasswordAgeDeps, account: Account): 'address' | 'password' | undefined {
  if (account.emailVerifiedAt === undefined) return 'address';
  return isPasswordExpired(deps, account) ? 'password' : undefined;
}
