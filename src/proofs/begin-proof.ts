import { randomBytes, randomUUID } from 'node:crypto';
import { type AddressBudgetDeps, admitMail } from '../accounts/address-budgets.ts';
import type { EmailAddress } from '../accounts/email-address.ts';
import type { Visitor } from '../accounts/password-tries.ts';
import type { Circumstances } from '../audit/events.ts';
import type { AuditTrail } from '../audit/store.ts';
import { digest } from '../crypto/digest.ts';
import { sealUnderToken } from '../crypto/token-seal.ts';
import type { JobQueue } from '../jobs/queue.ts';
import type { Atomically } from '../transactions/atomically.ts';
import { type AddressProof, PROOF_LIVES_MS, type Purpose, waitAfterS } from './proof.ts';
import type { NewProof, ProofStore } from './store.ts';

export interface BeginProofDeps extends AddressBudgetDeps {
  atomically: Atomically<{
    proofs: Pick<ProofStore, 'begin'>;
    jobs: Pick<JobQueue, 'enqueue'>;
    audit: Pick<AuditTrail, 'record'>;
  }>;
}

export interface ProofWish {
  purpose: Purpose;
  address: EmailAddress;
  /** Where it is known already. */
  accountId?: string;
  /** The browser's secret (browser-cookie.ts). */
  browser: string;
  /** The interaction that the browser is led back to. */
  uid: string;
  clientId: string;
  language: string;
  visitor: Visitor;
}

export type BeginProofOutcome =
  { outcome: 'begun'; proof: AddressProof } | { outcome: 'wait'; waitS: number };

/**
 * Whether somebody has the address is not asked here, so that neither answer nor time can tell it: a job decides what is
 * mailed. Asking twice from one page is asking once.
 */
export async function beginProof(
  deps: BeginProofDeps,
  wish: ProofWish,
  circumstances: Circumstances,
): Promise<BeginProofOutcome> {
  const admission = await admitMail(deps, wish, circumstances);
  if (!admission.admitted) return { outcome: 'wait', waitS: admission.waitS };
  const wished = newProof(wish, circumstances, deps.now());
  const { proof, made } = await deps.atomically(async ({ proofs, jobs, audit }) => {
    return proofs.begin(wished, () => [
      jobs.enqueue('mail-proof', { proofId: wished.id }),
      audit.record('code-asked-for', { purpose: wish.purpose }, circumstances),
    ]);
  });
  if (!made) await admission.giveBack();
  return { outcome: 'begun', proof };
}

function newProof(
  { purpose, address, accountId, browser, uid, clientId, language }: ProofWish,
  { ip, userAgent }: Circumstances,
  at: Date,
): NewProof {
  return {
    id: randomUUID(),
    purpose,
    email: address.asTyped,
    emailCanonical: address.canonical,
    ...(accountId !== undefined && { accountId }),
    browser: digest(browser),
    interaction: digest(uid),
    interactionSeal: sealUnderToken(browser, Buffer.from(uid)),
    clientId,
    ...(ip !== undefined && { ip }),
    ...(userAgent !== undefined && { userAgent }),
    language,
    nonce: newNonce(),
    askedAt: at,
    nextSendAt: new Date(at.getTime() + waitAfterS(1) * 1000),
    state: 'pending',
    createdAt: at,
    expiresAt: new Date(at.getTime() + PROOF_LIVES_MS),
  };
}

export function newNonce(): string {
  return randomBytes(16).toString('base64url');
}
