import type { Account } from '../accounts/account.ts';
import type { AccountStore } from '../accounts/store.ts';
import type { AuditTrail } from '../audit/store.ts';
import { type PostingPorts, postMail } from '../mail/post-mail.ts';
import type { Atomically } from '../transactions/atomically.ts';
import type { AddressProof } from './proof.ts';
import type { ProofStore } from './store.ts';

export interface MailProofDeps {
  atomically: Atomically<
    PostingPorts & {
      proofs: Pick<ProofStore, 'decide' | 'deliverTo'>;
      accounts: Pick<AccountStore, 'find' | 'findByEmail'>;
      audit: Pick<AuditTrail, 'record'>;
    }
  >;
  now: () => Date;
}

/**
 * The job behind each page that asks for an address: here alone it is looked up who has it, and decided what is mailed.
 * However often the job comes, one nonce makes one mail.
 */
export function mailProof({ atomically, now }: MailProofDeps, proofId: string): Promise<void> {
  return atomically(async (ports) => {
    const proof = await ports.proofs.decide(proofId, now());
    if (!proof) return;
    const found = await ownerOf(ports.accounts, proof);
    const account = found?.disabledAt ? undefined : found;
    const { template, deliverable } = decision(proof, found);
    await ports.proofs.deliverTo(proofId, {
      deliverable,
      ...(account && { accountId: account.id, credentialVersion: account.credentialVersion }),
    });
    if (!template) return tellWhy(ports.audit, proof, found);
    const { email, language: locale } = proof;
    const to = account ? { ...account, locale: account.locale ?? locale } : { email, locale };
    await postMail(ports, template, { proofId }, to);
  });
}

async function tellWhy(
  audit: Pick<AuditTrail, 'record'>,
  { purpose, clientId, ip }: AddressProof,
  found: Account | undefined,
): Promise<void> {
  const why = found ? 'disabled' : 'unknown-person';
  const whose = {
    clientId,
    ...(ip !== undefined && { ip }),
    ...(found && { accountId: found.id }),
  };
  await audit.record('code-not-sent', { purpose, why }, { actor: 'system', ...whose });
}

function ownerOf(
  accounts: Pick<AccountStore, 'find' | 'findByEmail'>,
  { purpose, accountId = '', emailCanonical }: AddressProof,
): Promise<Account | undefined> {
  return purpose === 'verify' ? accounts.find(accountId) : accounts.findByEmail(emailCanonical);
}

/** A disabled account gets no mail: none of the ways in that it could tell would be one. */
function decision(
  { purpose }: AddressProof,
  account: Account | undefined,
): { template?: MailName; deliverable: boolean } {
  if (account?.disabledAt) return { deliverable: false };
  if (purpose === 'sign-up') {
    return account
      ? { template: 'sign-up-known-address', deliverable: false }
      : { template: 'email-verification', deliverable: true };
  }
  if (!account) return { deliverable: false };
  const template = purpose === 'reset' ? 'password-reset' : 'email-verification';
  return { template, deliverable: true };
}

type MailName = 'sign-up-known-address' | 'email-verification' | 'password-reset';
