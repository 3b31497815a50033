/**
 * Which passwords may be chosen: length alone counts (NIST SP 800-63B); no letters, digits or signs are demanded.
 * Knows nothing of accounts or storage.
 */
export type PasswordFlaw = 'too-short' | 'too-long' | 'unreadable';

export const MIN_CHARACTERS = 8;
export const MAX_CHARACTERS = 128;

export function passwordFlaw(password: string): PasswordFlaw | undefined {
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
