import { type AddressBudgetDeps, admitCode } from '../accounts/address-budgets.ts';
import type { Visitor } from '../accounts/password-tries.ts';
import type { Circumstances } from '../audit/events.ts';
import { CODE_LIVES_MS, MAX_TRIES, type AddressProof, type Purpose, standingOf } from './proof.ts';
import { type ProveDeps, prove } from './prove.ts';
import { readDigits } from './read-digits.ts';
import { isCodeOf } from './secrets.ts';
import type { ProofStore } from './store.ts';

export interface TryCodeDeps extends ProveDeps, AddressBudgetDeps {
  proofs: Pick<ProofStore, 'find' | 'countTry'>;
  keys: { codeKeys: Buffer[] };
}

export interface CodeTry {
  id: string;
  purpose: Purpose;
  typed: string;
  visitor: Visitor;
}

/**
 * `over`: whatever became of the proof, its page tells it. `incomplete` is no try. What is answered for a wrong code does
 * not depend on whether a code was mailed at all.
 */
export type TryCodeOutcome =
  | { outcome: 'proved' | 'incomplete' | 'spent' | 'expired' | 'over' }
  | { outcome: 'wrong'; triesLeft: number }
  /** So many wrong codes for this address that all of them have to wait. */
  | { outcome: 'wait'; waitS: number };

/** Counted before it is compared: of any number of parallel tries five are looked at. */
export async function tryCode(
  deps: TryCodeDeps,
  { id, purpose, typed, visitor }: CodeTry,
  circumstances: Circumstances,
): Promise<TryCodeOutcome> {
  const code = readDigits(typed, 6);
  if (code === undefined) return { outcome: 'incomplete' };
  const known = await deps.proofs.find(id);
  if (!known || known.purpose !== purpose) return { outcome: 'over' };
  const visit = { address: { canonical: known.emailCanonical }, visitor };
  const admission = await admitCode(deps, visit, circumstances);
  if (!admission.admitted) return { outcome: 'wait', waitS: admission.waitS };
  const tried = await tryOnce(deps, { id, code }, circumstances);
  if (!tried.counts) await admission.giveBack();
  return tried.told;
}

/** `counts`: it was a wrong code, and looked at. */
async function tryOnce(
  deps: TryCodeDeps,
  { id, code }: { id: string; code: string },
  circumstances: Circumstances,
): Promise<{ counts: boolean; told: TryCodeOutcome }> {
  const at = deps.now();
  const proof = await deps.proofs.countTry(id, at);
  if (!proof) return { counts: false, told: await refused(deps, id, at) };
  if (isRight(deps, proof, code, at)) {
    const proved = await prove(deps, proof, { by: 'code', at, circumstances });
    return { counts: false, told: proved ? { outcome: 'proved' } : await refused(deps, id, at) };
  }
  await deps.audit.record('code-refused', { purpose: proof.purpose }, circumstances);
  return { counts: true, told: wrong(proof, at) };
}

function wrong({ askedAt, tries }: AddressProof, at: Date): TryCodeOutcome {
  if (at.getTime() >= askedAt.getTime() + CODE_LIVES_MS) return { outcome: 'expired' };
  if (tries >= MAX_TRIES) return { outcome: 'spent' };
  return { outcome: 'wrong', triesLeft: MAX_TRIES - tries };
}

function isRight({ keys }: TryCodeDeps, proof: AddressProof, code: string, at: Date): boolean {
  const right = isCodeOf(keys.codeKeys, proof, code);
  return right && isGood(proof, at);
}

/** Whether its code and link may still be used. */
export function isGood({ deliverable, codeExpiresAt }: AddressProof, at: Date): boolean {
  return deliverable && codeExpiresAt !== undefined && codeExpiresAt > at;
}

async function refused({ proofs }: TryCodeDeps, id: string, at: Date): Promise<TryCodeOutcome> {
  const standing = standingOf(await proofs.find(id), at);
  if (standing === 'proved') return { outcome: 'proved' };
  return { outcome: standing === 'spent' ? 'spent' : 'over' };
}
