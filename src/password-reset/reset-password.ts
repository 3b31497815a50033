import type { Account } from '../accounts/account.ts';
import { parseEmailAddress } from '../accounts/email-address.ts';
import { type PasswordPorts, writePassword } from '../accounts/set-password.ts';
import type { AccountStore } from '../accounts/store.ts';
import type { Circumstances } from '../audit/events.ts';
import type { PasswordHasher } from '../passwords/hasher.ts';
import { type PasswordFlaw, type PasswordRules, passwordFlaw } from '../passwords/policy.ts';
import { type AddressProof, standingOf } from '../proofs/proof.ts';
import type { ProofStore } from '../proofs/store.ts';
import type { Atomically } from '../transactions/atomically.ts';

export interface ResetPasswordDeps {
  proofs: Pick<ProofStore, 'find'>;
  accounts: Pick<AccountStore, 'find'>;
  hasher: Pick<PasswordHasher, 'hash'>;
  passwordRules: PasswordRules;
  atomically: Atomically<
    PasswordPorts & {
      accounts: Pick<AccountStore, 'changePassword' | 'verifyEmail' | 'find'>;
      proofs: Pick<ProofStore, 'use' | 'endAllFor'>;
    }
  >;
  now: () => Date;
}

export type ResetPasswordOutcome =
  | { outcome: 'reset'; account: Account }
  | { outcome: 'flawed'; flaw: PasswordFlaw }
  | { outcome: 'over' };

/**
 * Whoever proved the address chooses the password of the account that the mail was written for, once, and only while
 * its credentials are what they were then. The address is theirs from now on: what a stranger made of it is dead.
 */
export async function resetPassword(
  deps: ResetPasswordDeps,
  { proofId, password }: { proofId: string; password: string },
  circumstances: Circumstances,
): Promise<ResetPasswordOutcome> {
  const account = await ownerByProof(deps, proofId);
  if (!account) return { outcome: 'over' };
  const flaw = await passwordFlaw(deps.passwordRules, password, account);
  if (flaw) return { outcome: 'flawed', flaw };
  const hash = await deps.hasher.hash(password);
  const at = deps.now();
  return deps.atomically(async (ports) => {
    const proof = await ports.proofs.use(proofId, at);
    const { id } = account;
    if (!proof || !(await ports.accounts.verifyEmail(id, proof.emailCanonical, at)))
      return { outcome: 'over' };
    const change = { account, hash, by: 'reset' as const };
    if (!(await writePassword(ports, change, circumstances))) return { outcome: 'over' };
    const changed = await ports.accounts.find(id);
    return changed ? { outcome: 'reset', account: changed } : { outcome: 'over' };
  });
}

/** Whose password the proof opens: nobody's once anything of it, or of them, has changed. */
export async function ownerByProof(
  { proofs, accounts, now }: Pick<ResetPasswordDeps, 'proofs' | 'accounts' | 'now'>,
  proofId: string,
): Promise<Account | undefined> {
  const proof = await proofs.find(proofId);
  if (!proof || proof.purpose !== 'reset' || standingOf(proof, now()) !== 'proved')
    return undefined;
  const account = await accounts.find(proof.accountId ?? '');
  return account && stillOpens(proof, account) ? account : undefined;
}

function stillOpens(proof: AddressProof, account: Account): boolean {
  return (
    account.disabledAt === undefined &&
    account.credentialVersion === proof.credentialVersion &&
    parseEmailAddress(account.email)?.canonical === proof.emailCanonical
  );
}
