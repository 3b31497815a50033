import { readFileSync } from 'node:fs';
import { type CommandCall, UsageError } from './command.ts';

type Values = CommandCall['values'];

/** The value of an option that may be given once. */
export function textOf(values: Values, name: string): string | undefined {
  const value = values[name];
  return typeof value === 'string' ? value : undefined;
}

/** The values of an option that may be given several times; undefined where it was not given at all. */
export function textsOf(values: Values, name: string): string[] | undefined {
  const value = values[name];
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : undefined;
}

/** The words of all its values: `--scope "a b" --scope c`. */
export function wordsOf(values: Values, name: string): string[] | undefined {
  return textsOf(values, name)?.flatMap(words);
}

export function words(text: string): string[] {
  return text.split(/\s+/).filter(Boolean);
}

/** What a file holds; a file that cannot be read is wrong usage. */
export function fileOf(values: Values, name: string): Buffer | undefined {
  const path = textOf(values, name);
  if (path === undefined) return undefined;
  try {
    return readFileSync(path);
  } catch {
    throw new UsageError(`--${name}: ${path} cannot be read.`);
  }
}

const UNITS_S = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** Seconds of "90s", "30m", "24h" or "7d"; a bare number is seconds. */
export function durationOf(values: Values, name: string): number | undefined {
  const text = textOf(values, name);
  if (text === undefined) return undefined;
  const [, number, unit = 's'] = /^(\d{1,9})([smhd])?$/.exec(text) ?? [];
  if (number === undefined) {
    throw new UsageError(`--${name} is a number with s, m, h or d behind it, such as 24h.`);
  }
  return Number(number) * UNITS_S[unit === 'm' || unit === 'h' || unit === 'd' ? unit : 's'];
}
