import { z } from 'zod';
import { type Labels, type OwnField, checkOwnFields } from '../accounts/own-fields.ts';
import { FALLBACK, type Language } from '../i18n/languages.ts';
import type { SignUpWish } from './sign-up.ts';

/** What the operator asks for. */
export interface DetailsSettings {
  GATEHOUSE_USERNAME: 'off' | 'optional' | 'required';
  GATEHOUSE_PROFILE?: OwnField[] | undefined;
}

const text = z.string().max(1000).default('');

export const form = z
  .object({
    given_name: text,
    family_name: text,
    username: text,
    new_password: z.string().default(''),
    /** Another address; and for whoever has an account already, the ways in to it. */
    instead: z.enum(['sign-up', 'sign-in', 'password-reset']).optional(),
  })
  /** The operator's own fields. */
  .catchall(text);

export type Typed = z.infer<typeof form>;

/** What is wrong, by the name of the field. */
export type Whys = Record<string, string>;

/** The wish that was typed, or what of it is wrong before anything else is asked. */
export function readDetails(
  { GATEHOUSE_USERNAME: setting, GATEHOUSE_PROFILE: fields = [] }: DetailsSettings,
  typed: Typed,
  locale: Language,
): { wish: Omit<SignUpWish, 'proofId'>; whys: Whys } {
  const username = setting === 'off' ? '' : typed.username.trim();
  const { ownFields, flaws } = checkOwnFields(fields, texts(typed));
  const missing: Whys = !username && setting === 'required' ? { username: 'missing' } : {};
  const profile = { givenName: typed.given_name, familyName: typed.family_name, locale };
  const wish = {
    password: typed.new_password,
    ...(username && { username }),
    profile,
    ownFields,
  };
  return { wish, whys: { ...missing, ...whysOf(flaws) } };
}

function texts(typed: Typed): Record<string, string> {
  const given = Object.entries(typed).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given.map(([name, value]) => [name, String(value)]));
}

const FIELDS: Record<string, string> = {
  givenName: 'given_name',
  familyName: 'family_name',
  password: 'new_password',
};

export function whysOf(flaws: readonly { field: string; flaw: string }[]): Whys {
  return Object.fromEntries(flaws.map(({ field, flaw }) => [FIELDS[field] ?? field, flaw]));
}

/** The operator's fields in the reader's language. */
export function ownFieldsIn(language: Language, fields: readonly OwnField[] = []) {
  const inWords = (labels: Labels) => labels[language] ?? labels[FALLBACK] ?? '';
  return fields.map(({ name, type, labels, required, choices }) => ({
    name,
    type,
    required,
    label: inWords(labels),
    choices: choices.map((one) => ({ value: one.value, label: inWords(one.labels) })),
  }));
}
