import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LANGUAGES } from '../../src/i18n/languages.ts';
import { hasMessage } from '../../src/i18n/translate.ts';

const root = join(import.meta.dirname, '../..');
const text = (file: string) => readFileSync(join(root, file), 'utf8');
const messages = (language: string): Record<string, string> =>
  flat(JSON.parse(text(`src/i18n/messages/${language}.json`)));

function flat(tree: object, prefix = ''): Record<string, string> {
  return Object.fromEntries(
    Object.entries(tree).flatMap(([key, value]) =>
      typeof value === 'object'
        ? Object.entries(flat(value, `${prefix}${key}.`))
        : [[`${prefix}${key}`, String(value)]],
    ),
  );
}

/** Plural forms differ from language to language; the message is the same. */
const withoutPlural = (key: string) => key.replace(/_(zero|one|two|few|many|other)$/, '');
const keysOf = (language: string) => [
  ...new Set(Object.keys(messages(language)).map(withoutPlural)),
];
const holes = (message: string) => (message.match(/\{\{\w+\}\}/g) ?? []).toSorted().join(' ');

const sources = [
  ...globSync('views/**/*.pug', { cwd: root }),
  ...globSync('src/**/*.ts', { cwd: root }),
];
const used = sources.flatMap((file) =>
  [...text(file).matchAll(/(?:\bt\(|\+sentence\()\s*([`'])((?:(?!\1).)+)\1/g)].map(
    ([, , key = '']): [string, string] => [file, key],
  ),
);

describe.each(Object.keys(LANGUAGES))('the messages in %s', (language) => {
  it('say everything that English says, and nothing else', () => {
    expect(keysOf(language).toSorted()).toEqual(keysOf('en').toSorted());
  });

  it('have the same gaps to fill in as in English', () => {
    const own = messages(language);
    const wrong = Object.entries(messages('en')).filter(
      ([key, message]) => holes(own[key] ?? message) !== holes(message),
    );
    expect(wrong).toEqual([]);
  });

  it('are never empty', () => {
    expect(Object.entries(messages(language)).filter(([, message]) => !message.trim())).toEqual([]);
  });
});

describe('a key that a page asks for', () => {
  it.each(used.filter(([, key]) => !key.includes('${')))('%s: %s exists', (_file, key) => {
    expect(hasMessage(key)).toBe(true);
  });

  it.each(used.filter(([, key]) => key.includes('${')))(
    '%s: %s exists in some form',
    (_file, key) => {
      const pattern = key.split(/\$\{[^}]+\}/).map((part) => part.replaceAll('.', String.raw`\.`));
      const shape = new RegExp(`^${pattern.join('.+')}$`);
      expect(keysOf('en').some((one) => shape.test(one))).toBe(true);
    },
  );
});

it('finds the keys in the pages', () => {
  expect(used.length).toBeGreaterThan(50);
});
