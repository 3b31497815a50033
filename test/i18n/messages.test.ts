import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LANGUAGES } from '../../src/i18n/languages.ts';

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
const PLURAL = /_(zero|one|two|few|many|other)$/;
const keysOf = (language: string) => [
  ...new Set(Object.keys(messages(language)).map((key) => key.replace(PLURAL, ''))),
];
const holes = (message = '') => (message.match(/\{\{\w+\}\}/g) ?? []).toSorted().join(' ');

const sources = globSync(['views/**/*.pug', 'src/**/*.ts'], { cwd: root });
/** Every key that is asked for, by whom. */
const used = sources.flatMap((file) =>
  [...text(file).matchAll(/(?:\bt\(|\+(?:sentence|wait-left)\()\s*([`'])((?:(?!\1).)+)\1/g)].map(
    ([, , key = '']): [string, string] => [file, key],
  ),
);

/** A key in a page may have gaps that the code fills: `error.${reason}.title`. */
function shapeOf(key: string): RegExp {
  const parts = key.split(/\$\{[^}]+\}/).map((part) => part.replaceAll('.', String.raw`\.`));
  return new RegExp(`^${parts.join('.+')}$`);
}

describe.each(Object.keys(LANGUAGES))('the messages in %s', (language) => {
  it('say everything that English says, and nothing else', () => {
    expect(keysOf(language).toSorted()).toEqual(keysOf('en').toSorted());
  });

  it('have the plural forms of the language', () => {
    const wanted = new Intl.PluralRules(language).resolvedOptions().pluralCategories.toSorted();
    const forms = Map.groupBy(
      Object.keys(messages(language)).filter((key) => PLURAL.test(key)),
      (key) => key.replace(PLURAL, ''),
    );
    expect(forms.size).toBeGreaterThan(0);
    for (const keys of forms.values()) {
      const given = keys.map((key) => PLURAL.exec(key)?.[1] ?? '').toSorted();
      expect(given).toEqual(wanted);
    }
  });

  it('have the same gaps to fill in as in English', () => {
    const own = messages(language);
    const wrong = Object.entries(messages('en')).filter(
      ([key, message]) => !PLURAL.test(key) && holes(own[key]) !== holes(message),
    );
    expect(wrong).toEqual([]);
  });

  it('are never empty', () => {
    expect(Object.entries(messages(language)).filter(([, message]) => !message.trim())).toEqual([]);
  });
});

it.each(used)('%s asks for %s, and it is there', (_file, key) => {
  expect(keysOf('en').some((one) => shapeOf(key).test(one))).toBe(true);
});

it('leaves no message that no page says', () => {
  const shapes = used.map(([, key]) => shapeOf(key));
  expect(keysOf('en').filter((key) => !shapes.some((shape) => shape.test(key)))).toEqual([]);
});

it('finds the keys in the pages', () => {
  expect(used.length).toBeGreaterThan(50);
});
