import { hash } from 'node:crypto';
import type { AccountStore } from '../accounts/store.ts';
import type { Circumstances } from '../audit/events.ts';
import type { AuditTrail } from '../audit/store.ts';
import { digest } from '../crypto/digest.ts';
import type { Atomically } from '../transactions/atomically.ts';
import { newNonce } from './begin-proof.ts';
import { type AddressProof, PROOF_LIVES_MS } from './proof.ts';
import type { NewProof, ProofStore } from './store.ts';

export interface TakeOverDeps {
  atomically: Atomically<{
    proofs: Pick<ProofStore, 'end' | 'begin' | 'find'>;
    accounts: Pick<AccountStore, 'verifyEmail'>;
    audit: Pick<AuditTrail, 'record'>;
  }>;
  now: () => Date;
}

/**
 * Goes on in the browser that opened the link: a proof of its own, proved by the link, with no way back to the first
 * tab, whose proof ends. Of two browsers one gets it; who clicks twice gets the same again.
 */
export function takeOver(
  { atomically, now }: TakeOverDeps,
  proof: AddressProof,
  { browser, clientId }: { browser: string; clientId: string },
  circumstances: Circumstances,
): Promise<AddressProof | undefined> {
  const { id, nonce, purpose, accountId, emailCanonical } = proof;
  const at = now();
  return atomically(async ({ proofs, accounts, audit }) => {
    if (!(await proofs.end(id, nonce, { state: 'taken-over' }))) {
      const taken = await proofs.find(successorId(proof));
      return taken?.state === 'proved' && taken.browser === digest(browser) ? taken : undefined;
    }
    const { proof: own } = await proofs.begin(successor(proof, { browser, clientId, at }));
    if (purpose === 'verify' && accountId !== undefined) {
      await accounts.verifyEmail(accountId, emailCanonical, at);
    }
    const from = { ...circumstances, ...(accountId !== undefined && { accountId }) };
    await audit.record('proof-taken-over', { purpose }, from);
    return own;
  });
}

function successor(
  proof: AddressProof,
  { browser, clientId, at }: { browser: string; clientId: string; at: Date },
): NewProof {
  const { purpose, email, emailCanonical, accountId, credentialVersion, language } = proof;
  return {
    id: successorId(proof),
    purpose,
    email,
    emailCanonical,
    ...(accountId !== undefined && { accountId }),
    ...(credentialVersion !== undefined && { credentialVersion }),
    browser: digest(browser),
    clientId,
    language,
    nonce: newNonce(),
    state: 'proved',
    askedAt: at,
    nextSendAt: at,
    createdAt: at,
    expiresAt: new Date(at.getTime() + PROOF_LIVES_MS),
  };
}

/** A UUID that follows from the proof: there is one successor. */
function successorId({ id, nonce }: AddressProof): string {
  const hex = hash('sha256', `successor of ${id} ${nonce}`, 'hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20, 32),
  ].join('-');
}
