import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { OwnField } from '../accounts/own-fields.ts';
import { FALLBACK, LANGUAGES } from '../i18n/languages.ts';

const labels = z
  .record(z.string(), z.string().trim().min(1).max(200))
  .refine((given) => FALLBACK in given, `must hold at least "${FALLBACK}"`)
  .refine(
    (given) => Object.keys(given).every((language) => language in LANGUAGES),
    `must be by language: ${Object.keys(LANGUAGES).join(', ')}`,
  );

const choice = z.strictObject({ value: z.string().min(1).max(100), labels });

/** Fields of our own forms, and buttons. */
const TAKEN = new Set(
  'email password new_password code username given_name family_name phone birthdate locale remember instead'.split(
    ' ',
  ),
);

/** Claims that tell something else already, or that a token needs for itself. */
const TOLD = new Set(
  (
    'sub iss aud exp iat nbf jti nonce azp amr acr auth_time sid at_hash c_hash name given_name family_name middle_name nickname ' +
    'preferred_username profile picture website gender birthdate zoneinfo locale updated_at email email_verified ' +
    'phone_number phone_number_verified address scope client_id gid cnf act'
  ).split(' '),
);

const field = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z][a-z0-9_]{0,39}$/, 'must be small letters, digits and _, from a letter on')
      .refine((name) => !TAKEN.has(name), 'is the name of a field that every sign-up has'),
    type: z.enum(['text', 'date', 'choice', 'yes/no']),
    labels,
    required: z.boolean().default(false),
    claim: z
      .string()
      .regex(/^[A-Za-z][\w:/.#-]{0,199}$/, 'must be a name or an address')
      .refine((claim) => !TOLD.has(claim), 'is a claim that is told already')
      .optional(),
    choices: z.array(choice).max(100).default([]),
  })
  .refine(
    ({ type, choices }) => (type === 'choice' ? choices.length > 1 : choices.length === 0),
    'a choice, and nothing else, has two choices or more',
  )
  .refine(({ choices }) => areDifferent(choices.map(({ value }) => value)), 'has a choice twice');

const profile = z
  .array(field)
  .max(20)
  .refine((fields) => areDifferent(fields.map(({ name }) => name)), 'has a name twice')
  .refine((fields) => areDifferent(fields.flatMap(({ claim = [] }) => claim)), 'has a claim twice');

/** Read and judged whole: every fault is told, with its place in the file. */
export function profileFields() {
  return z.string().transform((path, ctx): OwnField[] => {
    const parsed = profile.safeParse(jsonAt(path));
    if (parsed.success) return parsed.data;
    const faults = parsed.error.issues.map(({ path: at, message }) =>
      [at.join('.'), message].filter(Boolean).join(': '),
    );
    ctx.addIssue({
      code: 'custom',
      message: `must be the path of a JSON file with a list of profile fields; ${faults.join('; ')}`,
    });
    return z.NEVER;
  });
}

function jsonAt(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

function areDifferent(texts: readonly string[]): boolean {
  return new Set(texts).size === texts.length;
}
