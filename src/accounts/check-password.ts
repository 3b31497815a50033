import type { BudgetName } from '../limits/budgets.ts';
import { type PasswordHasher, TooBusy } from '../passwords/hasher.ts';
import { formFlaw } from '../passwords/policy.ts';
import type { Account } from './account.ts';
import { findByIdentifier } from './find-by-identifier.ts';
import type { AdmitTry } from './password-tries.ts';
import type { AccountStore } from './store.ts';

export interface CheckPasswordDeps {
  accounts: Pick<AccountStore, 'findByEmail' | 'findByUsername' | 'strengthenHash'>;
  hasher: PasswordHasher;
}

/** `why` and `accountId` are for the audit trail alone; the person reads one answer for all of them. */
export type CheckPasswordOutcome =
  | { outcome: 'right'; account: Account }
  | { outcome: 'wrong'; why: WhyWrong; accountId?: string; spent: BudgetName[] }
  | { outcome: 'wait'; waitS: number };

type Verdict = { right: true; account: Account } | { right: false; why: WhyWrong };

/** `tries-spent`: not even looked at. */
export type WhyWrong = 'wrong-password' | 'unknown-person' | 'disabled' | 'tries-spent';

/**
 * Whether this is somebody's password. Strangers, disabled people and people without a password cost the same
 * look-up and the same hash as a wrong password, so that neither answer nor time tells who has an account. Whoever tried
 * too often is not even hashed for.
 */
export async function checkPassword(
  deps: CheckPasswordDeps,
  { identifier, password }: { identifier: string; password: string },
  admit: AdmitTry,
): Promise<CheckPasswordOutcome> {
  const account = await findByIdentifier(deps.accounts, identifier);
  const attempt = await admit(account);
  if (!attempt.admitted) return { outcome: 'wait', waitS: attempt.waitS };
  let verdict: Verdict | undefined;
  try {
    verdict = await judge(deps, attempt.blind ? undefined : account, password);
  } finally {
    await attempt.done(verdict?.right === false);
  }
  if (verdict.right) return { outcome: 'right', account: verdict.account };
  const whose = account && { accountId: account.id };
  const why = attempt.blind ? 'tries-spent' : verdict.why;
  return { outcome: 'wrong', why, spent: attempt.spends, ...whose };
}

async function judge(
  deps: CheckPasswordDeps,
  account: Account | undefined,
  password: string,
): Promise<Verdict> {
  const hash = canBeOne(password) ? account?.passwordHash : undefined;
  const right = await deps.hasher.verify(password, hash);
  if (!account) return { right: false, why: 'unknown-person' };
  if (!right || hash === undefined) return { right: false, why: 'wrong-password' };
  if (account.disabledAt) return { right: false, why: 'disabled' };
  await strengthen(deps, account.id, password, hash);
  return { right: true, account };
}

/** Half a surrogate pair would be hashed like another character. */
function canBeOne(password: string): boolean {
  const flaw = formFlaw(password);
  return flaw === undefined || flaw === 'too-short';
}

/** The moment when the password is known. Of parallel sign-ins one replaces the hash; a busy machine does it later. */
async function strengthen(
  { accounts, hasher }: CheckPasswordDeps,
  id: string,
  password: string,
  hash: string,
): Promise<void> {
  if (!hasher.isOutdated(hash)) return;
  try {
    await accounts.strengthenHash(id, hash, await hasher.hash(password));
  } catch (error) {
    if (!(error instanceof TooBusy)) throw error;
  }
}
