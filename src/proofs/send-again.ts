import { type AddressBudgetDeps, admitMail } from '../accounts/address-budgets.ts';
import type { Visitor } from '../accounts/password-tries.ts';
import type { Circumstances } from '../audit/events.ts';
import type { AuditTrail } from '../audit/store.ts';
import type { JobQueue } from '../jobs/queue.ts';
import type { Atomically } from '../transactions/atomically.ts';
import { newNonce } from './begin-proof.ts';
import { PROOF_LIVES_MS, standingOf, waitAfterS } from './proof.ts';
import type { ProofStore } from './store.ts';

export interface SendAgainDeps extends AddressBudgetDeps {
  proofs: Pick<ProofStore, 'find'>;
  atomically: Atomically<{
    proofs: Pick<ProofStore, 'renew'>;
    jobs: Pick<JobQueue, 'enqueue'>;
    audit: Pick<AuditTrail, 'record'>;
  }>;
}

export type SendAgainOutcome = { outcome: 'sent' | 'over' } | { outcome: 'wait'; waitS: number };

/** A new code, which voids the old one. Of two clicks the second has to wait. */
export async function sendAgain(
  deps: SendAgainDeps,
  { id, visitor }: { id: string; visitor: Visitor },
  circumstances: Circumstances,
): Promise<SendAgainOutcome> {
  const at = deps.now();
  const proof = await deps.proofs.find(id);
  const standing = standingOf(proof, at);
  if (!proof || (standing !== 'pending' && standing !== 'spent')) return { outcome: 'over' };
  const waitS = secondsUntil(proof.nextSendAt, at);
  if (waitS > 0) return { outcome: 'wait', waitS };
  const visit = { address: { canonical: proof.emailCanonical }, visitor };
  const admission = await admitMail(deps, visit, circumstances);
  if (!admission.admitted) return { outcome: 'wait', waitS: admission.waitS };
  if (await renew(deps, { id, at, circumstances })) return { outcome: 'sent' };
  await admission.giveBack();
  return { outcome: 'wait', waitS: waitAfterS(proof.sends + 1) };
}

function renew(
  { atomically }: SendAgainDeps,
  { id, at, circumstances }: { id: string; at: Date; circumstances: Circumstances },
): Promise<boolean> {
  const expiresAt = new Date(at.getTime() + PROOF_LIVES_MS);
  return atomically(async ({ proofs, jobs, audit }) => {
    const proof = await proofs.renew(id, { nonce: newNonce(), at, expiresAt, waitAfterS });
    if (!proof) return false;
    await Promise.all([
      jobs.enqueue('mail-proof', { proofId: id }),
      audit.record('code-asked-for', { purpose: proof.purpose }, circumstances),
    ]);
    return true;
  });
}

export function secondsUntil(then: Date, at: Date): number {
  return Math.max(0, Math.ceil((then.getTime() - at.getTime()) / 1000));
}
