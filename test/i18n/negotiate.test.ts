import { type Wishes, negotiate } from '../../src/i18n/negotiate.ts';

const now = new Date('2026-11-20T12:00:00Z');
const minutesAgo = (minutes: number) => new Date(now.getTime() - minutes * 60_000);

describe('the language of a page', () => {
  it.each<[string, Omit<Wishes, 'now'>, string]>([
    ['is English where nobody says anything', {}, 'en'],
    [
      'is what the browser likes most of what we speak',
      { acceptLanguage: 'de, ru;q=0.9, fr;q=0.8' },
      'ru',
    ],
    ['follows weights, not order', { acceptLanguage: 'fr;q=0.2, ru;q=0.9' }, 'ru'],
    ['leaves out what is unwanted', { acceptLanguage: 'fr;q=0, *;q=0.5' }, 'en'],
    [
      'is what was chosen earlier, over the browser',
      { chosen: { language: 'fr', at: minutesAgo(600) }, acceptLanguage: 'ru' },
      'fr',
    ],
    [
      "is the account's, over what was chosen earlier",
      { account: 'ru-RU', chosen: { language: 'fr', at: minutesAgo(600) } },
      'ru',
    ],
    [
      "is the application's wish, over the account's",
      { uiLocales: 'de fr-CA en', account: 'ru' },
      'fr',
    ],
    [
      'is what was chosen just now, over everything',
      { chosen: { language: 'en', at: minutesAgo(1) }, uiLocales: 'fr', account: 'ru' },
      'en',
    ],
    [
      'is English where only strange tags are given',
      { uiLocales: '__proto__ constructor', acceptLanguage: ';;;q=,=' },
      'en',
    ],
  ])('%s', (_sentence, wishes, language) => {
    expect(negotiate({ ...wishes, now })).toBe(language);
  });
});
