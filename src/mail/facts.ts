import type { AuditEvents } from '../audit/events.ts';

/** Every mail there is, and what is kept for it: names and reasons. A code or a link stands in none. */
export interface MailFacts {
  'email-verification': { proofId: string };
  'new-device': {
    /** ISO 8601. */
    at: string;
    /** As people call it; absent where it says nothing of itself. */
    browser?: string;
    ip?: string;
    /** The person's time zone, where it is known. */
    zone?: string;
  };
  'password-changed': { by: AuditEvents['password-changed']['by'] };
  'password-reset': { proofId: string };
  'refresh-token-replayed': { application: string };
  'sign-up-known-address': { proofId: string };
  /** Sent at an operator's word alone (`gatehouse mail test`). */
  test: Record<string, never>;
  welcome: { name?: string };
}

export type MailName = keyof MailFacts;

/** What the letter of a proof tells: made at each try of sending it, and kept nowhere. */
export interface ProofLetter {
  /** Six digits. */
  code: string;
  link: string;
  /** Where they were on their way to. */
  application?: string;
  /** How long both work from now on. */
  minutes: number;
}

/** Asked at each try. Nothing: the proof is over or has a newer code, and its mail is not needed any more. */
export type WriteProofLetter = (proofId: string) => Promise<ProofLetter | undefined>;

const PROOF_MAILS: readonly string[] = [
  'email-verification',
  'password-reset',
] satisfies MailName[];

/** What a letter is written from: what was kept, and what is made for this try alone. Nothing: it is not needed. */
export async function factsForNow(
  { template, facts }: { template: string; facts: Record<string, unknown> },
  writeProofLetter: WriteProofLetter,
): Promise<Record<string, unknown> | undefined> {
  if (!PROOF_MAILS.includes(template)) return facts;
  const letter = await writeProofLetter(String(facts['proofId']));
  return letter && { ...facts, ...letter };
}
