/**
 * Which step of a sign-in somebody stands at. Owns that decision alone and whole: pure, from what was asked and
 * what was achieved. It refuses to know pages, stores and the library; no step knows another.
 */
export type Step =
  | Entrance
  | 'email-verification'
  | 'sign-up/details'
  | 'password-reset/code'
  | 'password-reset/new-password'
  | 'password-expiry'
  | 'continue-as'
  | 'consent';

/** The ways in. They are open doors until somebody has proved anything. */
export type Entrance = 'sign-in' | 'sign-up' | 'password-reset';

/** What the provider asks the person for, in its own words. */
export interface Asked {
  prompt: string;
  reasons: readonly string[];
}

/**
 * What this browser achieved in this interaction. Saved between steps; never in what the library resumes from. A field
 * that is set to undefined is taken back.
 */
export interface Progress {
  /** Who proved to be who. */
  person?: ProvedPerson | undefined;
  /** Would rather come in as somebody else than as the one who is signed in. */
  another?: boolean | undefined;
  /** Saw who asks and for what, and agreed. */
  agreed?: boolean | undefined;
  /** Saw whom the application will meet, and went on. */
  continued?: boolean | undefined;
  /** The way in that was chosen last. */
  wants?: Entrance | undefined;
  /** An address that was typed at another way in: nobody has to type it twice. */
  email?: string | undefined;
  /** An address is being proved (proofs/proof.ts): whose code or link this browser waits for. */
  proof?: { id: string; purpose: 'sign-up' | 'verify' | 'reset' } | undefined;
  /** It was: the address of that proof, as it was typed. */
  proved?: { proofId: string; email: string } | undefined;
}

export interface ProvedPerson {
  accountId: string;
  /** The account's at that moment: whoever is signed out everywhere afterwards does not come in with this. */
  signOutVersion: number;
  /** Without it the password alone opens nothing. */
  addressProved: boolean;
  /** The password was right, and has grown too old: another one is chosen first. */
  passwordExpired?: boolean;
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
  const { person } = progress;
  // Whoever proved to be somebody goes on as that person; the library asks the rest anew if it was someone else.
  if (person) return missingFrom(person);
  if (progress.another || !facts.signedIn) return wayIn(asked, progress);
  switch (asked.prompt) {
    case 'login':
    case 'create':
      return wayIn(asked, progress);
    case 'select_account':
      return progress.continued ? 'finish' : 'continue-as';
    case 'consent':
      return consentOrSight(asked, progress);
    default:
      throw new Error(`nobody knows how to answer the prompt "${asked.prompt}"`);
  }
}

function missingFrom({ addressProved, passwordExpired }: ProvedPerson): Step | 'finish' {
  if (!addressProved) return 'email-verification';
  return passwordExpired ? 'password-expiry' : 'finish';
}

/**
 * What changes where somebody opens this step although they stand at another: a way in that they would rather take, or
 * the code that they went away from. Undefined where it must not be opened.
 */
export function opening(
  step: Step,
  asked: Asked,
  progress: Progress,
  facts: Facts,
): Progress | undefined {
  const stands = nextStep(asked, progress, facts);
  if (stands === 'finish' || !STILL_OPEN.has(stands)) return undefined;
  if (isEntrance(step)) return { wants: step, person: undefined };
  const wants = progress.proof && WANTED_FOR[progress.proof.purpose];
  return wants && step === CODE_STEP[wants] ? { wants, person: undefined } : undefined;
}

function wayIn({ prompt }: Asked, { wants, proof, proved }: Progress): Step {
  const entrance = wants ?? (prompt === 'create' ? 'sign-up' : 'sign-in');
  if (entrance === 'sign-in' || !proof || WANTED_FOR[proof.purpose] !== entrance) return entrance;
  return proved?.proofId === proof.id ? PROVED_STEP[entrance] : CODE_STEP[entrance];
}

function consentOrSight({ reasons }: Asked, progress: Progress): Step | 'finish' {
  if (reasons.some((reason) => !ONLY_TO_BE_SEEN.has(reason))) {
    return progress.agreed ? 'finish' : 'consent';
  }
  return progress.continued ? 'finish' : 'continue-as';
}

const isEntrance = (step: Step): step is Entrance =>
  step === 'sign-in' || step === 'sign-up' || step === 'password-reset';

/** Which way in leads through which proof. `verify` follows the right password. */
const WANTED_FOR = {
  'sign-up': 'sign-up',
  reset: 'password-reset',
  verify: undefined,
} as const;

const CODE_STEP = {
  'sign-up': 'email-verification',
  'password-reset': 'password-reset/code',
} as const;

const PROVED_STEP = {
  'sign-up': 'sign-up/details',
  'password-reset': 'password-reset/new-password',
} as const;

/** Steps from which one may still turn to another way in: nobody has come in. */
const STILL_OPEN: ReadonlySet<Step> = new Set<Step>([
  'sign-in',
  'sign-up',
  'password-reset',
  'email-verification',
  'password-reset/code',
  'password-expiry',
]);

/**
 * Reasons that ask for no new permission: any program on the device could claim the redirect, so a person must have
 * seen that it happens (RFC 8252, 8.6).
 */
const ONLY_TO_BE_SEEN: ReadonlySet<string> = new Set([
  'native_client_prompt',
  'claimable_redirect',
]);
