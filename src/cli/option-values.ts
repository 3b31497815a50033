import { type CommandCall, UsageError } from './command.ts';

type Values = CommandCall['values'];

/** An option's text under its own name, or nothing: to be spread into a query. */
export function text<Name extends string>(values: Values, name: Name): { [K in Name]?: string };
export function text(values: Values, name: string): Record<string, string> {
  const value = values[name];
  return typeof value === 'string' ? { [name]: value } : {};
}

export function wholeNumber(
  values: Values,
  name: string,
  { min, max }: { min: number; max: number },
): number | undefined {
  const value = values[name];
  if (typeof value !== 'string') return undefined;
  const number = /^\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
  if (number >= min && number <= max) return number;
  throw new UsageError(`--${name} is a number from ${min} to ${max}.`);
}
