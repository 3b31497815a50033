import type { AccountStore } from '../accounts/store.ts';
import type { AuditEvents, Circumstances } from '../audit/events.ts';
import type { AuditTrail } from '../audit/store.ts';
import type { Atomically } from '../transactions/atomically.ts';
import { type AddressProof, PROOF_LIVES_MS } from './proof.ts';
import type { ProofStore } from './store.ts';

export interface ProveDeps {
  atomically: Atomically<{
    proofs: Pick<ProofStore, 'end'>;
    accounts: Pick<AccountStore, 'verifyEmail'>;
    audit: Pick<AuditTrail, 'record'>;
  }>;
}

/** Once. Whoever verifies the address of an account has verified it by this alone. */
export async function prove(
  deps: ProveDeps,
  proof: AddressProof,
  how: { by: AuditEvents['address-proved']['by']; at: Date; circumstances: Circumstances },
): Promise<boolean> {
  try {
    await end(deps, proof, how);
    return true;
  } catch (error) {
    if (error instanceof EndedBefore) return false;
    throw error;
  }
}

function end(
  { atomically }: ProveDeps,
  { id, nonce, purpose, accountId, emailCanonical }: AddressProof,
  { by, at, circumstances }: Parameters<typeof prove>[2],
): Promise<void> {
  const expiresAt = new Date(at.getTime() + PROOF_LIVES_MS);
  const whose = accountId === undefined ? {} : { accountId };
  return atomically(async ({ proofs, accounts, audit }) => {
    const [ended] = await Promise.all([
      proofs.end(id, nonce, { state: 'proved', expiresAt }),
      audit.record('address-proved', { purpose, by }, { ...circumstances, ...whose }),
    ]);
    if (!ended) throw new EndedBefore();
    // Not beside it: whoever takes the proof over locks both in this order.
    if (purpose === 'verify' && accountId !== undefined) {
      await accounts.verifyEmail(accountId, emailCanonical, at);
    }
  });
}

/** Undoes what was written beside it. */
class EndedBefore extends Error {}
