import { type PasswordHasher, TooBusy } from '../passwords/hasher.ts';
import { passwordFlaw } from '../passwords/policy.ts';
import type { Account } from './account.ts';
import { findByIdentifier } from './find-by-identifier.ts';
import type { AccountStore } from './store.ts';

export interface CheckPasswordDeps {
  accounts: Pick<AccountStore, 'findByEmail' | 'findByUsername' | 'strengthenHash'>;
  hasher: PasswordHasher;
}

/** `why` and `accountId` are for the audit trail alone; the person reads one answer for all of them. */
export type CheckPasswordOutcome =
  { outcome: 'right'; account: Account } | { outcome: 'wrong'; why: WhyWrong; accountId?: string };

export type WhyWrong = 'wrong-password' | 'unknown-person' | 'disabled';

/**
 * Whether this is somebody's password. Strangers, disabled people and people without a password cost the same
 * look-up and the same hash as a wrong password, so that neither answer nor time tells who has an account.
 */
export async function checkPassword(
  deps: CheckPasswordDeps,
  { identifier, password }: { identifier: string; password: string },
): Promise<CheckPasswordOutcome> {
  const account = await findByIdentifier(deps.accounts, identifier);
  const hash = canBeOne(password) ? account?.passwordHash : undefined;
  const right = await deps.hasher.verify(password, hash);
  if (!account) return { outcome: 'wrong', why: 'unknown-person' };
  if (!right || hash === undefined) return wrong(account, 'wrong-password');
  if (account.disabledAt) return wrong(account, 'disabled');
  await strengthen(deps, account.id, password, hash);
  return { outcome: 'right', account };
}

/** Half a surrogate pair would be hashed like another character. */
function canBeOne(password: string): boolean {
  const flaw = passwordFlaw(password);
  return flaw === undefined || flaw === 'too-short';
}

function wrong({ id }: Account, why: WhyWrong): CheckPasswordOutcome {
  return { outcome: 'wrong', why, accountId: id };
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
