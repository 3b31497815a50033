import type { AccountFlaw } from '../accounts/create-account.ts';
import { MAX_CHARACTERS, MIN_CHARACTERS, type PasswordFlaw } from '../passwords/policy.ts';

export const PASSWORD_FLAWS: Record<PasswordFlaw, string> = {
  'too-short': `The password is too short: ${MIN_CHARACTERS} characters or more.`,
  'too-long': `The password is too long: ${MAX_CHARACTERS} characters at most.`,
  unreadable: 'The password holds characters that cannot be stored.',
  common:
    'The password is one of the 10,000 most common: it is tried first wherever somebody guesses.',
  'holds-address': 'The password holds the e-mail address, or a part of it.',
  'holds-name': 'The password holds a name of the person.',
  'holds-service': 'The password holds the name of this service.',
  breached: 'The password stands in a collection of stolen passwords.',
};

const USERNAME_FLAWS = {
  'too-short': 'The user name is too short: 3 characters or more.',
  'too-long': 'The user name is too long: 40 characters at most.',
  'wrong-characters':
    'A user name begins with a letter and goes on with letters, digits and single . _ - between them.',
  'mixed-scripts': 'The letters of a user name belong to one script.',
};

const PROFILE_FLAWS = {
  givenName: 'The first name',
  familyName: 'The last name',
  phone: 'The phone number (with country code: +33123456789)',
  picture: 'The picture (an https address)',
  birthdate: 'The birth date (YYYY-MM-DD)',
  locale: 'The locale (like fr or fr-CA)',
  zoneinfo: 'The time zone (like Europe/Paris)',
};

const VERDICTS = {
  'too-long': 'is too long.',
  'wrong-characters': 'holds characters that are not allowed.',
  'not-valid': 'is not valid.',
};

export function sentenceFor(flawed: AccountFlaw): string {
  if (flawed.field === 'email') return 'That is no e-mail address that can be used.';
  if (flawed.field === 'username') return USERNAME_FLAWS[flawed.flaw];
  if (flawed.field === 'password') return PASSWORD_FLAWS[flawed.flaw];
  return `${PROFILE_FLAWS[flawed.field]} ${VERDICTS[flawed.flaw]}`;
}
