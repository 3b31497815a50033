/**
 * Attempts to prove that an address is its owner's: by the code of a mail, or by its link. This folder owns how such a
 * proof begins, succeeds and ends; it refuses to know pages, what is done with a proof, and how mails are worded.
 */
export interface AddressProof {
  id: string;
  purpose: Purpose;
  /** As it was typed. */
  email: string;
  emailCanonical: string;
  /** Who has the address: known from the start (verify), or found out by the job that mails, never by a page. */
  accountId?: string;
  /** The account's when that was decided: any later change of it makes the proof worthless. */
  credentialVersion?: number;
  /** Hash of the secret of the browser that began it. */
  browser: string;
  /** Hash of the interaction that it was begun in. */
  interaction?: string;
  /** That interaction, under the browser's secret: nobody else is led back to it. */
  interactionSeal?: Uint8Array;
  /** The application that sent the person. */
  clientId: string;
  ip?: string;
  userAgent?: string;
  /** In which the person reads. */
  language: string;
  /** Code and link are derived from it: a new one voids the old ones. */
  nonce: string;
  /** Codes typed since then, counted before they are compared. */
  tries: number;
  sends: number;
  askedAt: Date;
  nextSendAt: Date;
  /** A code went out, or is about to: without it none is right. */
  deliverable: boolean;
  /** From when the mail went out. */
  codeExpiresAt?: Date;
  state: ProofState;
  createdAt: Date;
  expiresAt: Date;
}

export type Purpose = 'sign-up' | 'verify' | 'reset';

/** `used`: what it was for is done. `taken-over`: it went on in another browser. */
export type ProofState = 'pending' | 'proved' | 'used' | 'taken-over' | 'void';

/** How one stands in front of its page. */
export type Standing = ProofState | 'spent' | 'expired';

export const MAX_TRIES = 5;
export const CODE_LIVES_MS = 10 * 60 * 1000;
/** Also from the moment when it is proved: so long there is for what it is for. */
export const PROOF_LIVES_MS = 60 * 60 * 1000;

const WAITS_S = [30, 60, 120, 300] as const;

/** How long after that many mails the next one may be asked for. */
export function waitAfterS(sends: number): number {
  return WAITS_S[Math.min(sends, WAITS_S.length) - 1] ?? WAITS_S[0];
}

/** One that is no longer there has expired. */
export function standingOf(proof: AddressProof | undefined, at: Date): Standing {
  if (!proof) return 'expired';
  if (proof.state !== 'pending' && proof.state !== 'proved') return proof.state;
  if (proof.expiresAt <= at) return 'expired';
  return proof.state === 'pending' && proof.tries >= MAX_TRIES ? 'spent' : proof.state;
}
