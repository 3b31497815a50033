/** The languages the pages speak. A new one is a row here and a file of messages. */
export const LANGUAGES = {
  en: { name: 'English', direction: 'ltr' },
  fr: { name: 'Français', direction: 'ltr' },
  ru: { name: 'Русский', direction: 'ltr' },
} as const;

export type Language = keyof typeof LANGUAGES;

export const FALLBACK: Language = 'en';

export function isLanguage(text: unknown): text is Language {
  return typeof text === 'string' && Object.hasOwn(LANGUAGES, text);
}

/** The language that a tag such as `fr-CA` asks for, if we speak it. */
export function languageOfTag(tag: string): Language | undefined {
  const [primary = ''] = tag.trim().toLowerCase().split(/[-_]/, 1);
  return isLanguage(primary) ? primary : undefined;
}
