import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInstance } from 'i18next';
import { FALLBACK, LANGUAGES, type Language } from './languages.ts';

/**
 * Turns a key into words. Owns the messages; refuses to know who reads them or on which page.
 * What is put into a message is not escaped here: pages escape everything they print.
 */
export type Translate = (key: string, values?: Record<string, unknown>) => string;

const i18n = createInstance();
await i18n.init({
  fallbackLng: FALLBACK,
  resources: Object.fromEntries(
    Object.keys(LANGUAGES).map((language) => [language, { translation: messages(language) }]),
  ),
  interpolation: { escapeValue: false },
  returnNull: false,
  saveMissing: true,
});

/** Where nobody listens, a page shows the key. */
export function onMissingKey(tell: (key: string) => void): void {
  i18n.on('missingKey', (_languages: readonly string[], _namespace: string, key: string) =>
    tell(key),
  );
}

export function translator(language: Language): Translate {
  const t = i18n.getFixedT(language);
  return (key, values = {}) => t(key, values);
}

function messages(language: string): Record<string, unknown> {
  const file = join(import.meta.dirname, 'messages', `${language}.json`);
  const parsed: unknown = JSON.parse(readFileSync(file, 'utf8'));
  return Object(parsed);
}
