import { type Account, FIRST_VERSION } from '../accounts/account.ts';
import {
  type AccountFlaw,
  type AccountPorts,
  type AccountWish,
  type PrepareAccountDeps,
  prepareAccount,
  writeAccount,
} from '../accounts/create-account.ts';
import type { AccountStore } from '../accounts/store.ts';
import { parseUsername } from '../accounts/username.ts';
import type { Circumstances } from '../audit/events.ts';
import { type PostingPorts, postMail } from '../mail/post-mail.ts';
import { type AddressProof, standingOf } from '../proofs/proof.ts';
import type { ProofStore } from '../proofs/store.ts';
import type { Atomically } from '../transactions/atomically.ts';

export interface SignUpDeps extends PrepareAccountDeps {
  proofs: Pick<ProofStore, 'find'>;
  accounts: Pick<AccountStore, 'find' | 'findByEmail' | 'findByUsername'>;
  atomically: Atomically<
    AccountPorts & PostingPorts & { proofs: Pick<ProofStore, 'use' | 'usedFor'> }
  >;
  now: () => Date;
}

export interface SignUpWish extends Pick<AccountWish, 'username' | 'profile' | 'ownFields'> {
  proofId: string;
  password: string;
}

/** `over`: the proof is no longer good. `address-taken`: somebody was quicker, and whoever reads it has proved the address. */
export type SignUpOutcome =
  | { outcome: 'signed-up'; account: Account }
  | { outcome: 'flawed'; flaws: AccountFlaw[] }
  | { outcome: 'username-taken' }
  | { outcome: 'address-taken' }
  | { outcome: 'over' };

/**
 * The account begins to exist here, once its address is proved, and never before. One proof makes one account: whoever
 * presses the button twice is told of the same one twice.
 */
export async function signUp(
  deps: SignUpDeps,
  { proofId, ...wish }: SignUpWish,
  circumstances: Circumstances,
): Promise<SignUpOutcome> {
  const at = deps.now();
  const proof = await deps.proofs.find(proofId);
  const standing = standingOf(proof, at);
  if (proof?.purpose !== 'sign-up') return { outcome: 'over' };
  if (standing === 'used') return madeBefore(deps, proofId, at);
  if (standing !== 'proved') return { outcome: 'over' };
  const taken = await taking(deps, proof, wish);
  if (taken) return { outcome: taken };
  const { account, flaws } = await prepareAccount(deps, {
    ...wish,
    email: proof.email,
    emailVerifiedAt: at,
    admin: false,
    by: 'sign-up',
  });
  if (!account) return { outcome: 'flawed', flaws };
  const made = await make(deps, { proofId, at, account }, circumstances);
  if (made === 'username-taken') return { outcome: made };
  return madeBefore(deps, proofId, at);
}

/** Told before a password is hashed in vain, which can be asked for again and again; the indexes decide. */
async function taking(
  { accounts }: SignUpDeps,
  { emailCanonical }: AddressProof,
  { username }: Pick<SignUpWish, 'username'>,
): Promise<'address-taken' | 'username-taken' | undefined> {
  if (await accounts.findByEmail(emailCanonical)) return 'address-taken';
  const name = username === undefined ? undefined : parseUsername(username);
  if (!name || typeof name === 'string') return undefined;
  return (await accounts.findByUsername(name.canonical)) && 'username-taken';
}

type NewAccount = Parameters<typeof writeAccount>[1]['account'];

async function make(
  { atomically }: SignUpDeps,
  { proofId, at, account }: { proofId: string; at: Date; account: NewAccount },
  circumstances: Circumstances,
): Promise<'created' | 'email-taken' | 'username-taken' | 'over'> {
  try {
    return await atomically(async (ports) => {
      const created = await writeAccount(ports, { account, by: 'sign-up' }, circumstances);
      if (created !== 'created') return created;
      if (!(await ports.proofs.use(proofId, at))) throw new ProofIsOver();
      const { givenName: name } = account;
      await Promise.all([
        ports.proofs.usedFor(proofId, account.id),
        postMail(ports, 'welcome', { ...(name !== undefined && { name }) }, account),
      ]);
      return 'created';
    });
  } catch (error) {
    if (error instanceof ProofIsOver) return 'over';
    throw error;
  }
}

/** Undoes the account that was written in the same transaction. */
class ProofIsOver extends Error {}

/**
 * What became of the proof says who made the account: this very page, or somebody else. The page opens it only as it was
 * made: a page that was kept must not outlive a new password, nor a sign-out everywhere.
 */
async function madeBefore(deps: SignUpDeps, proofId: string, at: Date): Promise<SignUpOutcome> {
  const proof = await deps.proofs.find(proofId);
  if (proof?.state === 'proved') return { outcome: 'address-taken' };
  if (proof?.state !== 'used' || !proof.accountId) return { outcome: 'over' };
  const account = await deps.accounts.find(proof.accountId);
  if (!account) return { outcome: 'over' };
  const asMade = account.signOutVersion === FIRST_VERSION && proof.expiresAt > at;
  return asMade ? { outcome: 'signed-up', account } : { outcome: 'address-taken' };
}
