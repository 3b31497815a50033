import type { Circumstances } from '../audit/events.ts';
import type { AuditTrail } from '../audit/store.ts';
import { CODE_LIVES_MS, MAX_TRIES, type AddressProof, type Purpose, standingOf } from './proof.ts';
import { type ProveDeps, prove } from './prove.ts';
import { readDigits } from './read-digits.ts';
import { isCodeOf } from './secrets.ts';
import type { ProofStore } from './store.ts';

export interface TryCodeDeps extends ProveDeps {
  proofs: Pick<ProofStore, 'find' | 'countTry'>;
  audit: Pick<AuditTrail, 'record'>;
  keys: { codeKeys: Buffer[] };
  now: () => Date;
}

/**
 * `over`: whatever became of the proof, its page tells it. `incomplete` is no try. What is answered for a wrong code does
 * not depend on whether a code was mailed at all.
 */
export type TryCodeOutcome =
  | { outcome: 'proved' | 'incomplete' | 'spent' | 'expired' | 'over' }
  | { outcome: 'wrong'; triesLeft: number };

/** Counted before it is compared: of any number of parallel tries five are looked at. */
export async function tryCode(
  deps: TryCodeDeps,
  { id, purpose, typed }: { id: string; purpose: Purpose; typed: string },
  circumstances: Circumstances,
): Promise<TryCodeOutcome> {
  const code = readDigits(typed, 6);
  if (code === undefined) return { outcome: 'incomplete' };
  const at = deps.now();
  const proof = await deps.proofs.countTry(id, at);
  if (!proof) return refused(deps, id, at);
  if (proof.purpose !== purpose) return { outcome: 'over' };
  if (isRight(deps, proof, code, at)) {
    const proved = await prove(deps, proof, { by: 'code', at, circumstances });
    return proved ? { outcome: 'proved' } : refused(deps, id, at);
  }
  await deps.audit.record('code-refused', { purpose }, circumstances);
  if (at.getTime() >= proof.askedAt.getTime() + CODE_LIVES_MS) return { outcome: 'expired' };
  if (proof.tries >= MAX_TRIES) return { outcome: 'spent' };
  return { outcome: 'wrong', triesLeft: MAX_TRIES - proof.tries };
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
