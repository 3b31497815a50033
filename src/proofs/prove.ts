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
export function prove(
  { atomically }: ProveDeps,
  { id, nonce, purpose, accountId, emailCanonical }: AddressProof,
  how: { by: AuditEvents['address-proved']['by']; at: Date; circumstances: Circumstances },
): Promise<boolean> {
  const expiresAt = new Date(how.at.getTime() + PROOF_LIVES_MS);
  return atomically(async ({ proofs, accounts, audit }) => {
    if (!(await proofs.end(id, nonce, { state: 'proved', expiresAt }))) return false;
    const whose = accountId === undefined ? {} : { accountId };
    const from = { ...how.circumstances, ...whose };
    await Promise.all([
      purpose === 'verify' &&
        accountId !== undefined &&
        accounts.verifyEmail(accountId, emailCanonical, how.at),
      audit.record('address-proved', { purpose, by: how.by }, from),
    ]);
    return true;
  });
}
