/**
 * Which step of a sign-in somebody stands at. Owns that decision alone and whole: pure, from what was asked and
 * what was achieved. It refuses to know pages, stores and the library; no step knows another.
 */
export type Step = 'sign-in' | 'continue-as' | 'consent';

/** What the provider asks the person for, in its own words. */
export interface Asked {
  prompt: string;
  reasons: readonly string[];
}

/** What this browser achieved in this interaction. Saved between steps; never in what the library resumes from. */
export interface Progress {
  /** Who proved to be who. */
  person?: ProvedPerson;
  /** Would rather come in as somebody else than as the one who is signed in. */
  another?: boolean;
  /** Saw who asks and for what, and agreed. */
  agreed?: boolean;
  /** Saw whom the application will meet, and went on. */
  continued?: boolean;
}

export interface ProvedPerson {
  accountId: string;
  /** The account's at that moment: whoever is signed out everywhere afterwards does not come in with this. */
  signOutVersion: number;
  /** "Keep me signed in". */
  remember: boolean;
  /** How: authentication method references (RFC 8176). */
  amr: string[];
  /** When, in seconds. */
  at: number;
}

/** What is known besides. */
export interface Facts {
  /** Somebody is signed in in this browser. */
  signedIn: boolean;
}

export function nextStep(asked: Asked, progress: Progress, facts: Facts): Step | 'finish' {
  // Whoever proved to be somebody goes on as that person; the library asks the rest anew if it was someone else.
  if (progress.person) return 'finish';
  if (progress.another || !facts.signedIn) return 'sign-in';
  switch (asked.prompt) {
    case 'login':
      return 'sign-in';
    case 'select_account':
      return progress.continued ? 'finish' : 'continue-as';
    case 'consent':
      return consentOrSight(asked, progress);
    default:
      throw new Error(`nobody knows how to answer the prompt "${asked.prompt}"`);
  }
}

function consentOrSight({ reasons }: Asked, progress: Progress): Step | 'finish' {
  if (reasons.some((reason) => !ONLY_TO_BE_SEEN.has(reason))) {
    return progress.agreed ? 'finish' : 'consent';
  }
  return progress.continued ? 'finish' : 'continue-as';
}

/**
 * Reasons that ask for no new permission: any program on the device could claim the redirect, so a person must have
 * seen that it happens (RFC 8252, 8.6).
 */
const ONLY_TO_BE_SEEN: ReadonlySet<string> = new Set([
  'native_client_prompt',
  'claimable_redirect',
]);
