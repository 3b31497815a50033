import type { AddressProof, ProofState } from './proof.ts';

export type NewProof = Omit<AddressProof, 'tries' | 'sends' | 'codeExpiresAt' | 'deliverable'>;

/**
 * Proofs stand beside the jobs that mail their codes. Whatever may happen once is one statement: of parallel callers
 * exactly one is told that it did it. Every date is given; the store reads no clock.
 */
export interface ProofStore {
  /**
   * Of simultaneous calls for one interaction, purpose and address one makes the proof, the others get it. What was
   * begun there for another address is void. What is to be written beside it, and only where it is made, need not wait for it.
   */
  begin(
    proof: NewProof,
    beside?: () => Promise<unknown>[],
  ): Promise<{ proof: AddressProof; made: boolean }>;
  find(id: string): Promise<AddressProof | undefined>;
  /** One more try of a pending proof that has one left; the proof as it stands then. */
  countTry(id: string, at: Date): Promise<AddressProof | undefined>;
  /** A new nonce, with new tries, for a pending proof whose wait is over. */
  renew(id: string, to: Renewal): Promise<AddressProof | undefined>;
  /** The first time for this nonce of a pending proof, and never again. */
  decide(id: string, at: Date): Promise<AddressProof | undefined>;
  /** What was decided. */
  deliverTo(id: string, decided: Decision): Promise<void>;
  /** A mail is about to go out: its code counts from now. Only while the proof is pending. */
  mailing(id: string, at: Date, codeExpiresAt: Date): Promise<AddressProof | undefined>;
  /** From pending to another state, provided that no new nonce was made meanwhile. */
  end(
    id: string,
    nonce: string,
    to: { state: Exclude<ProofState, 'pending' | 'used'>; expiresAt?: Date },
  ): Promise<boolean>;
  /** From pending or proved to void, provided the same: nothing comes of it any more. */
  stop(id: string, nonce: string): Promise<boolean>;
  /** From proved to used. */
  use(id: string, at: Date): Promise<AddressProof | undefined>;
  /**
   * Ends what was begun for this account or its address and could still open it. One that is in other hands at this very
   * moment is left to them: whoever changes a credential also makes the account's version another.
   */
  endAllFor(owner: { accountId: string; emailCanonical: string }): Promise<void>;
  /** For whom it was used. */
  usedFor(id: string, accountId: string): Promise<void>;
}

export interface Renewal {
  nonce: string;
  at: Date;
  expiresAt: Date;
  /** By how many mails went out before. */
  waitAfterS: (sends: number) => number;
}

export interface Decision {
  deliverable: boolean;
  accountId?: string;
  credentialVersion?: number;
}
