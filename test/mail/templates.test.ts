import { globSync } from 'node:fs';
import { join } from 'node:path';
import { LANGUAGES } from '../../src/i18n/languages.ts';
import { brandOf } from '../../src/brand/brand.ts';
import { MAIL_NAMES, letterWriter } from '../../src/mail/templates.ts';
import { readSettings } from '../../src/settings/settings.ts';

const views = join(import.meta.dirname, '../../views/mail');
const write = letterWriter({ brand: brandOf(readSettings({})), issuer: 'https://id.example.com' });
const NAME = '<b>Notes</b> & Co';
const LINK = 'https://id.example.com/email-verification/one.two';
/** All that any template tells. */
const facts = {
  by: 'cli',
  application: NAME,
  name: NAME,
  browser: NAME,
  ip: '203.0.113.7',
  at: '2026-11-20T16:30:00.000Z',
  code: '012345',
  link: LINK,
  minutes: 10,
};
const every = MAIL_NAMES.flatMap((template) =>
  Object.keys(LANGUAGES).map((language): [string, string] => [template, language]),
);

function letter(template: string, language: string, changes: object = {}) {
  const mail = { template, language, address: 'you@example.com', facts: { ...facts, ...changes } };
  const written = write(mail);
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

describe('a proof', () => {
  it.each(['email-verification', 'password-reset'])(
    '%s tells its code and its link',
    (template) => {
      const { subject, text, html } = letter(template, 'en');
      expect(subject).toMatch(/^012345 /);
      expect(text).toContain('\n    012345\n');
      expect(text).toContain(`\n${LINK}\n`);
      expect(html).toContain(`href="${LINK}"`);
      expect(html.replaceAll(/<[^>]+>/g, '')).toContain('012345');
    },
  );

  it.each([
    ['en', 1, 'for 1 minute.'],
    ['en', 10, 'for 10 minutes.'],
    ['fr', 1, '1 minute.'],
    ['fr', 10, '10 minutes.'],
    ['ru', 1, '1 минуту.'],
    ['ru', 3, '3 минуты.'],
    ['ru', 10, '10 минут.'],
    ['ru', 21, '21 минуту.'],
  ])('counts its minutes in %s: %i', (language, minutes, words) => {
    expect(letter('password-reset', language, { minutes }).text).toContain(` ${words}\n`);
  });

  it('names the application only where there is one', () => {
    expect(letter('email-verification', 'en').text).toContain(`go on to ${NAME}:`);
    const { text } = letter('email-verification', 'en', { application: undefined });
    expect(text).not.toContain('go on to');
    expect(text).not.toMatch(/\n{3}/);
  });
});

describe('a new device', () => {
  it.each([
    ['en', undefined, 'November 20, 2026 at 4:30 PM (UTC)'],
    ['fr', undefined, '20 novembre 2026 à 16:30 (UTC)'],
    ['ru', undefined, '20 ноября 2026 г. в 16:30 (UTC)'],
    ['en', 'Europe/Paris', 'November 20, 2026 at 5:30 PM (Central European Standard Time)'],
    ['fr', 'Europe/Paris', '20 novembre 2026 à 17:30 (heure normale d’Europe centrale)'],
    ['en', 'Mars/Olympus', 'November 20, 2026 at 4:30 PM (UTC)'],
  ])('tells the time as its reader does: %s, %s', (language, zone, time) => {
    const { text, html } = letter('new-device', language, { zone });
    expect(spaced(text)).toContain(`: ${time}\n`);
    expect(spaced(html)).toContain(time);
  });

  it('tells only what is known', () => {
    const { text, html } = letter('new-device', 'en', { browser: '', ip: undefined });
    expect(text).not.toMatch(/Browser|IP address/);
    expect(html).not.toMatch(/>(Browser|IP address)</);
  });
});

/** Times are set with narrow spaces. */
const spaced = (text: string) => text.replaceAll(/[\u00a0\u202f]/g, ' ');

const named = (template: string, name: string) =>
  letter(template, 'en', { name, application: name, browser: name });

describe('a name in a mail', () => {
  const told = [
    'welcome',
    'email-verification',
    'password-reset',
    'refresh-token-replayed',
    'new-device',
  ];
  it.each(told)('has no lines and no direction of its own: %s', (template) => {
    const { subject, text, html } = named(template, 'A\r\nBcc: x@evil.example\u2028\u202eB\0');
    for (const part of [subject, text, html]) {
      expect(part).not.toMatch(/^Bcc|[\u2028\u202e\0\r]/m);
    }
    expect(text).toContain('A Bcc: x@evil.example B');
    expect(subject).not.toMatch(/\n/);
  });

  it.each(told)('fills no gaps and nests no words: %s', (template) => {
    expect(named(template, '$t(mail.why) {{address}}').text).toContain('$t(mail.why) {{address}}');
  });

  it.each(told)('is cut short where it is a letter of its own: %s', (template) => {
    const { subject, text, html } = named(template, '😀'.repeat(10_000));
    expect(text).toContain(`${'😀'.repeat(100)}…`);
    expect(html.length).toBeLessThan(12_000);
    expect(subject.length).toBeLessThan(300);
    expect(text).not.toContain('�');
  });

  it('keeps the joiners that it is written with', () => {
    expect(named('welcome', 'علی\u200cرضا').text).toContain('علی\u200cرضا');
  });
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
