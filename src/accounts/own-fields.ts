import type { OwnFields } from './account.ts';

/** One of the operator's own profile fields, as the file of GATEHOUSE_PROFILE describes it. */
export interface OwnField {
  /** In forms and in the account. */
  name: string;
  type: 'text' | 'date' | 'choice' | 'yes/no';
  /** What people read, a language. */
  labels: Labels;
  required: boolean;
  /** As which it is told to applications that may see the profile; absent: to none. */
  claim?: string | undefined;
  choices: { value: string; labels: Labels }[];
}

export type Labels = Record<string, string>;

export interface OwnFieldFlaw {
  field: string;
  flaw: 'missing' | 'too-long' | 'wrong-characters' | 'not-valid';
}

const MAX_TEXT = 200;

/** What was typed into the operator's fields, as it is kept. What is no such field is left out. */
export function checkOwnFields(
  fields: readonly OwnField[],
  typed: Readonly<Record<string, string>>,
): { ownFields: OwnFields; flaws: OwnFieldFlaw[] } {
  const ownFields: OwnFields = {};
  const flaws: OwnFieldFlaw[] = [];
  for (const field of fields) {
    const text = (typed[field.name] ?? '').trim().normalize('NFC');
    const checked = check(field, text);
    if (typeof checked === 'object') flaws.push({ field: field.name, ...checked });
    else if (checked !== '') ownFields[field.name] = checked;
  }
  return { ownFields, flaws };
}

/** What is told of them, by the names of claims. A field that the operator took away is told no more. */
export function ownClaims(
  fields: readonly OwnField[],
  values: OwnFields = {},
): Record<string, string | boolean> {
  const claims: Record<string, string | boolean> = {};
  for (const { name, claim } of fields) {
    const value = values[name];
    if (claim !== undefined && value !== undefined) claims[claim] = value;
  }
  return claims;
}

/** An unticked box is an answer where it need not be ticked. */
function check(field: OwnField, text: string): string | boolean | Pick<OwnFieldFlaw, 'flaw'> {
  if (text === '' && field.required) return { flaw: 'missing' };
  if (field.type === 'yes/no') return text !== '';
  if (text === '') return '';
  const flaw = FLAWS[field.type](text, field);
  return flaw ? { flaw } : text;
}

type Judge = (text: string, field: OwnField) => OwnFieldFlaw['flaw'] | undefined;

const FLAWS: Record<Exclude<OwnField['type'], 'yes/no'>, Judge> = {
  choice: (text, { choices }) =>
    choices.some(({ value }) => value === text) ? undefined : 'not-valid',
  date: (text) => (isDay(text) ? undefined : 'not-valid'),
  text(text) {
    if (Array.from(text).length > MAX_TEXT) return 'too-long';
    // Also what turns the direction of writing, and half characters.
    return /[\p{Cc}\p{Cs}\u2028-\u202e\u2066-\u2069]/u.test(text) ? 'wrong-characters' : undefined;
  },
};

function isDay(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return false;
  const day = new Date(text);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}
