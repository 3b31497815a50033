import type { Profile } from './account.ts';

/** As it was typed; an empty text is an absent one. */
export type TypedProfile = { [Field in keyof Profile]?: string };

export interface ProfileFlaw {
  field: keyof Profile;
  flaw: 'too-long' | 'wrong-characters' | 'not-valid';
}

export const PROFILE_FIELDS = [
  'givenName',
  'familyName',
  'phone',
  'picture',
  'birthdate',
  'locale',
  'zoneinfo',
] as const satisfies (keyof Profile)[];

/** Each rule answers the value as it is kept, or what is wrong with it. */
type Rule = (text: string, now: Date) => { value: string } | { flaw: ProfileFlaw['flaw'] };

const RULES: Record<keyof Profile, Rule> = {
  givenName: name,
  familyName: name,
  phone,
  picture,
  birthdate,
  locale,
  zoneinfo,
};

export function checkProfile(
  typed: TypedProfile,
  now = new Date(),
): { profile: Profile; flaws: ProfileFlaw[] } {
  const profile: Profile = {};
  const flaws: ProfileFlaw[] = [];
  for (const field of PROFILE_FIELDS) {
    const text = typed[field]?.trim();
    if (!text) continue;
    const checked = RULES[field](text, now);
    if ('value' in checked) profile[field] = checked.value;
    else flaws.push({ field, flaw: checked.flaw });
  }
  return { profile, flaws };
}

const MAX_NAME = 100;
const not = { flaw: 'not-valid' } as const;

function name(text: string): ReturnType<Rule> {
  const value = text.normalize('NFC');
  if (Array.from(value).length > MAX_NAME) return { flaw: 'too-long' };
  // Also what turns the direction of writing, and half characters.
  const wrong = /[\p{Cc}\p{Cs}\u2028-\u202e\u2066-\u2069]/u;
  return wrong.test(value) ? { flaw: 'wrong-characters' } : { value };
}

/** E.164, which OpenID Connect Core 5.1 recommends: +33 1 23 45 67 89 becomes +33123456789. */
function phone(text: string): ReturnType<Rule> {
  const value = text.replaceAll(/[ .()/-]/g, '');
  return /^\+[1-9]\d{6,14}$/.test(value) ? { value } : not;
}

function picture(text: string): ReturnType<Rule> {
  if (text.length > 2000) return { flaw: 'too-long' };
  return URL.canParse(text) && new URL(text).protocol === 'https:'
    ? { value: new URL(text).href }
    : not;
}

/** YYYY-MM-DD; the year 0000 where it is withheld (OpenID Connect Core 5.1). */
function birthdate(text: string, now: Date): ReturnType<Rule> {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return not;
  const withheld = text.startsWith('0000');
  const day = new Date(withheld ? text.replace('0000', '2000') : text);
  if (
    Number.isNaN(day.getTime()) ||
    !day.toISOString().endsWith(`${text.slice(4)}T00:00:00.000Z`)
  ) {
    return not;
  }
  return withheld || (day <= now && day.getUTCFullYear() >= 1850) ? { value: text } : not;
}

/** BCP 47. */
function locale(text: string): ReturnType<Rule> {
  if (text.length > 35) return { flaw: 'too-long' };
  try {
    const [value = text] = Intl.getCanonicalLocales(text);
    return { value };
  } catch {
    return not;
  }
}

/** A name of the IANA time zone database, in its own spelling. */
function zoneinfo(text: string): ReturnType<Rule> {
  if (!/^[a-z][a-z0-9_+/-]{1,63}$/i.test(text)) return not;
  try {
    const value = new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone;
    return { value: value.toLowerCase() === text.toLowerCase() ? value : text };
  } catch {
    return not;
  }
}
