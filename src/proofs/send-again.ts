import type { Circumstances } from '../audit/events.ts';
import type { AuditTrail } from '../audit/store.ts';
import type { JobQueue } from '../jobs/queue.ts';
import type { Atomically } from '../transactions/atomically.ts';
import { newNonce } from './begin-proof.ts';
import { PROOF_LIVES_MS, standingOf, waitAfterS } from './proof.ts';
import type { ProofStore } from './store.ts';

export interface SendAgainDeps {
  proofs: Pick<ProofStore, 'find'>;
  atomically: Atomically<{
    proofs: Pick<ProofStore, 'renew'>;
    jobs: Pick<JobQueue, 'enqueue'>;
    audit: Pick<AuditTrail, 'record'>;
  }>;
  now: () => Date;
}

export type SendAgainOutcome = { outcome: 'sent' | 'over' } | { outcome: 'wait'; waitS: number };

/** A new code, which voids the old one. Of two clicks the second has to wait. */
export async function sendAgain(
  { proofs, atomically, now }: SendAgainDeps,
  id: string,
  circumstances: Circumstances,
): Promise<SendAgainOutcome> {
  const at = now();
  const expiresAt = new Date(at.getTime() + PROOF_LIVES_MS);
  const renewed = await atomically(async (inside) => {
    const proof = await inside.proofs.renew(id, { nonce: newNonce(), at, expiresAt, waitAfterS });
    if (!proof) return false;
    await inside.jobs.enqueue('mail-proof', { proofId: id });
    await inside.audit.record('code-asked-for', { purpose: proof.purpose }, circumstances);
    return true;
  });
  if (renewed) return { outcome: 'sent' };
  const proof = await proofs.find(id);
  const standing = standingOf(proof, at);
  if (!proof || (standing !== 'pending' && standing !== 'spent')) return { outcome: 'over' };
  return { outcome: 'wait', waitS: secondsUntil(proof.nextSendAt, at) };
}

export function secondsUntil(then: Date, at: Date): number {
  return Math.max(0, Math.ceil((then.getTime() - at.getTime()) / 1000));
}
