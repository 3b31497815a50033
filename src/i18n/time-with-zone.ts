import type { Language } from './languages.ts';

const DAY_AND_TIME = {
  year: 'numeric',
  month: 'long',
  day: 'numeric',
  hour: 'numeric',
  minute: '2-digit',
} as const;

/** A moment for somebody who reads of it later and elsewhere: in their zone where it is known, and with its name. */
export function timeWithZone(language: Language, at: Date, zone?: string): string {
  const timeZone = zone !== undefined && isZone(zone) ? zone : 'UTC';
  const time = new Intl.DateTimeFormat(language, { ...DAY_AND_TIME, timeZone }).format(at);
  return `${time} (${zoneName(language, at, timeZone)})`;
}

function zoneName(language: Language, at: Date, timeZone: string): string {
  const timeZoneName = timeZone === 'UTC' ? 'short' : 'long';
  const parts = new Intl.DateTimeFormat(language, { timeZone, timeZoneName }).formatToParts(at);
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? timeZone;
}

function isZone(text: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: text }));
  } catch {
    return false;
  }
}
