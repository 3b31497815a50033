import { globSync } from 'node:fs';
import { join } from 'node:path';
import { LANGUAGES } from '../../src/i18n/languages.ts';
import { MAIL_NAMES, letterWriter } from '../../src/mail/templates.ts';

const views = join(import.meta.dirname, '../../views/mail');
const write = letterWriter({ brand: 'Gatehouse', issuer: 'https://id.example.com' });
const facts = { by: 'cli', application: '<b>Notes</b> & Co' };
const every = MAIL_NAMES.flatMap((template) =>
  Object.keys(LANGUAGES).map((language): [string, string] => [template, language]),
);

function letter(template: string, language: string) {
  const written = write({ template, language, address: 'you@example.com', facts });
  if (!written) throw new Error('not written');
  return written;
}

it('every template is a mail that is sent, in HTML and in plain text', () => {
  const files = MAIL_NAMES.flatMap((name) => [`${name}.html.pug`, `${name}.text.pug`]);
  expect(globSync('*', { cwd: views }).toSorted()).toEqual(files.toSorted());
});

describe.each(every)('%s in %s', (template, language) => {
  const { subject, text, html } = letter(template, language);

  it('is worded whole', () => {
    for (const part of [subject, text, html]) {
      expect(part).not.toMatch(/mail\.[a-z]|\{\{|undefined/);
      expect(part.trim()).not.toBe('');
    }
    expect(subject).not.toMatch(/[\r\n]/);
    expect(html).toContain(`lang="${language}"`);
    expect(text).toContain('you@example.com');
  });

  it('fetches nothing, runs nothing, and leads nowhere but home', () => {
    expect(html).not.toMatch(
      /<(img|script|link|iframe|form|object|video)\b|url\(|@import|@font-face/i,
    );
    const addresses = [...html.matchAll(/(?:href|src)="([^"]*)"/g)].map(
      ([, address = '']) => address,
    );
    expect(addresses.filter((one) => !one.startsWith('https://id.example.com/'))).toEqual([]);
  });

  it('is right in the dark', () => {
    expect(html).toContain('prefers-color-scheme: dark');
    expect(html).toContain('name="color-scheme" content="light dark"');
  });

  it('takes no markup from what it tells', () => {
    expect(html).not.toContain('<b>Notes');
  });
});

it('shows a name that looks like markup as it was written', () => {
  const { text, html } = letter('refresh-token-replayed', 'en');
  expect(html).toContain('&lt;b&gt;Notes&lt;/b&gt; &amp; Co');
  expect(text).toContain('<b>Notes</b> & Co');
});

it('speaks every language in its own words', () => {
  for (const template of MAIL_NAMES) {
    const subjects = Object.keys(LANGUAGES).map((language) => letter(template, language).subject);
    expect(new Set(subjects).size).toBe(subjects.length);
  }
});

it('writes nothing that it has no template or language for', () => {
  const mail = { template: 'password-changed', language: 'xx', address: 'a@b.example', facts };
  expect(write(mail)).toBeUndefined();
  expect(write({ ...mail, template: '../error/error', language: 'en' })).toBeUndefined();
});
