import type { ClientStore } from '../clients/store.ts';
import type { ProofLetter } from '../mail/facts.ts';
import { CODE_LIVES_MS } from './proof.ts';
import { codeOf, handleOf } from './secrets.ts';
import type { ProofStore } from './store.ts';

export interface ProofLetterDeps {
  proofs: Pick<ProofStore, 'mailing'>;
  clients: Pick<ClientStore, 'find'>;
  keys: { codeKeys: Buffer[] };
  settings: { ISSUER: string };
  now: () => Date;
}

/** Made anew at each try of sending it; from then on its code counts. Undefined for a proof that is over. */
export async function writeProofLetter(
  { proofs, clients, keys, settings, now }: ProofLetterDeps,
  proofId: string,
): Promise<ProofLetter | undefined> {
  const at = now();
  const proof = await proofs.mailing(proofId, at, new Date(at.getTime() + CODE_LIVES_MS));
  const [key] = keys.codeKeys;
  if (!proof || !key) return undefined;
  const client = await clients.find(proof.clientId);
  const page = proof.purpose === 'reset' ? 'password-reset' : 'email-verification';
  return {
    code: codeOf(key, proof),
    link: `${settings.ISSUER}/${page}/${handleOf(key, proof)}`,
    minutes: CODE_LIVES_MS / 60_000,
    ...(client && { application: client.name }),
  };
}
