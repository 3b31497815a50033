import type { AuditEvents, Circumstances } from '../audit/events.ts';
import type { AuditTrail } from '../audit/store.ts';
import { digest } from '../crypto/digest.ts';
import { openUnderToken } from '../crypto/token-seal.ts';
import type { Atomically } from '../transactions/atomically.ts';
import { type AddressProof, type Purpose, type Standing, standingOf } from './proof.ts';
import { type ProveDeps, prove } from './prove.ts';
import { isLinkSecretOf, isNumberOf } from './secrets.ts';
import type { ProofStore } from './store.ts';
import { isGood } from './try-code.ts';

export interface ReadLinkDeps {
  proofs: Pick<ProofStore, 'find'>;
  keys: { codeKeys: Buffer[] };
  now: () => Date;
}

/** What a mailed link says, with whom it was opened. Nothing is changed by reading it. */
export interface ReadLink {
  proof: AddressProof;
  standing: Standing;
  /** Opened in the browser that began: the interaction to go on with. */
  uid?: string;
}

/** Undefined for a link that is none of ours, or that a newer mail has replaced. */
export async function readLink(
  { proofs, keys, now }: ReadLinkDeps,
  { handle, purposes, browser }: { handle: string; purposes: readonly Purpose[]; browser?: string },
): Promise<ReadLink | undefined> {
  const { id, secret } = partsOf(handle);
  const proof = await proofs.find(id);
  if (!proof || !purposes.includes(proof.purpose)) return undefined;
  if (!isLinkSecretOf(keys.codeKeys, proof, secret)) return undefined;
  const at = now();
  const standing = standingOf(proof, at);
  const waits = standing === 'pending' || standing === 'spent';
  const uid = browser === undefined ? undefined : interactionOf(proof, browser);
  return {
    proof,
    standing: waits ? (isGood(proof, at) ? 'pending' : 'expired') : standing,
    ...(uid !== undefined && { uid }),
  };
}

function partsOf(handle: string): { id: string; secret: string } {
  const [id = '', secret = ''] = handle.split('.');
  return { id, secret };
}

function interactionOf(proof: AddressProof, browser: string): string | undefined {
  if (proof.browser !== digest(browser) || !proof.interactionSeal) return undefined;
  return openUnderToken(browser, proof.interactionSeal)?.toString();
}

export interface VoidDeps {
  atomically: Atomically<{ proofs: Pick<ProofStore, 'stop'>; audit: Pick<AuditTrail, 'record'> }>;
}

export interface LinkDeps extends ProveDeps {
  atomically: ProveDeps['atomically'] & VoidDeps['atomically'];
  keys: { codeKeys: Buffer[] };
  now: () => Date;
}

/** The button of the browser that began it. */
export function confirmHere(
  deps: LinkDeps,
  { proof }: ReadLink,
  circumstances: Circumstances,
): Promise<boolean> {
  return prove(deps, proof, { by: 'link', at: deps.now(), circumstances });
}

/**
 * Another browser's, with the number that the first tab shows. There is one try: a link that somebody was talked into
 * opening must not be worth a guess.
 */
export async function confirmElsewhere(
  deps: LinkDeps,
  { proof }: ReadLink,
  { number, circumstances }: { number: string; circumstances: Circumstances },
): Promise<'proved' | 'wrong-number' | 'over'> {
  if (isNumberOf(deps.keys.codeKeys, proof, number)) {
    const how = { by: 'number', at: deps.now(), circumstances } as const;
    return (await prove(deps, proof, how)) ? 'proved' : 'over';
  }
  return (await voidProof(deps, proof, 'wrong-number', circumstances)) ? 'wrong-number' : 'over';
}

/** "This was not me", also after its code was typed by somebody; or a number that was wrong. */
export function voidProof(
  { atomically }: VoidDeps,
  { id, nonce, purpose }: AddressProof,
  why: AuditEvents['proof-voided']['why'],
  circumstances: Circumstances,
): Promise<boolean> {
  return atomically(async ({ proofs, audit }) => {
    if (!(await proofs.stop(id, nonce))) return false;
    await audit.record('proof-voided', { purpose, why }, circumstances);
    return true;
  });
}
