import { SECRETS } from './schema.ts';
import type { Settings } from './settings.ts';

/** A password of the settings, and where it stands. */
export interface HeldPassword {
  variable: string;
  value: string;
}

/** Every password that the settings hold: those in addresses, and those of the mail servers. */
export function passwordsIn(settings: Settings): HeldPassword[] {
  return held(settings).flatMap(([variable, value]) =>
    passwordsOf(value).map((password) => ({ variable, value: password })),
  );
}

/** Every text that is to stand in no output, longest first: whole values, and passwords as they are and as they are written. */
export function secretValues(settings: Settings): string[] {
  const all = held(settings).flatMap(([, value]) => [
    ...texts(value),
    ...passwordsOf(value).flatMap((password) => [password, encodeURIComponent(password)]),
  ]);
  return [...new Set(all)]
    .filter((text) => text !== '')
    .toSorted((one, other) => other.length - one.length);
}

function held(settings: Settings): [string, unknown][] {
  return Object.entries(settings).filter(([name]) => SECRETS.includes(name));
}

function texts(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value.flatMap(texts) : [];
}

function passwordsOf(value: unknown): string[] {
  if (typeof value === 'string') return value.split(',').flatMap(passwordInUrl);
  const { password }: { password?: unknown } = Object(value);
  return typeof password === 'string' ? [password] : [];
}

function passwordInUrl(text: string): string[] {
  if (!URL.canParse(text)) return [];
  const { password, searchParams } = new URL(text);
  const all = [password, searchParams.get('password') ?? ''].filter(Boolean);
  return [...new Set(all.flatMap((one) => [one, decoded(one)]))].slice(-1);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
