import { isCommon } from './common.ts';
import { type Whose, heldWord } from './held-word.ts';

/**
 * Which passwords may be chosen. Length counts, not letters, digits or signs (NIST SP 800-63B); refused is what others
 * would try first. Owns these rules; knows nothing of accounts or storage, nor why a password is chosen.
 */
export type PasswordFlaw =
  FormFlaw | 'common' | 'breached' | NonNullable<ReturnType<typeof heldWord>>;

/** What no password can be, whoever chooses it. */
export type FormFlaw = 'too-short' | 'too-long' | 'unreadable';

export const MIN_CHARACTERS = 8;
export const MAX_CHARACTERS = 128;
/** What the pages recommend: so long a password is out of reach for guessing, even where its hash was stolen. */
export const GOOD_CHARACTERS = 15;

export interface PasswordRules {
  /** The names of this service. */
  service: readonly string[];
  /** Whether it is known to thieves. Never fails: what is not known is not. */
  isBreached(password: string): Promise<boolean>;
}

/** The first thing that is wrong with it, in the order in which it costs to find out. */
export async function passwordFlaw(
  rules: PasswordRules,
  password: string,
  whose: Whose,
): Promise<PasswordFlaw | undefined> {
  const flaw = formFlaw(password) ?? heldWord(normalized(password), whose, rules.service);
  if (flaw) return flaw;
  if (await isCommon(normalized(password))) return 'common';
  return (await rules.isBreached(normalized(password))) ? 'breached' : undefined;
}

export function formFlaw(password: string): FormFlaw | undefined {
  // NUL ends the text in many programs; half a surrogate pair is no character at all.
  if (password.includes('\0') || !password.isWellFormed()) return 'unreadable';
  const characters = Array.from(normalized(password)).length;
  if (characters < MIN_CHARACTERS) return 'too-short';
  return characters > MAX_CHARACTERS ? 'too-long' : undefined;
}

/** "é" typed as one character or as two is one password, when it is set and when it is checked. */
export function normalized(password: string): string {
  return password.normalize('NFC');
}
