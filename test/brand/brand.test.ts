import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brandOf } from '../../src/brand/brand.ts';
import { letterWriter } from '../../src/mail/templates.ts';
import { type SettingsError, readSettings } from '../../src/settings/settings.ts';
import { aPng } from '../clients/pictures.ts';
import { type TestHouse, openTestHouse } from '../support/house.ts';
import { send } from '../support/http.ts';

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-brand-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string, bytes: Buffer) => {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
};

describe('a house with a brand of its own', () => {
  let house: TestHouse;
  let page: string;
  let css: string;
  beforeAll(async () => {
    house = await openTestHouse({
      env: {
        GATEHOUSE_BRAND_NAME: 'Acme & Söhne',
        GATEHOUSE_BRAND_LOGO: file('mark.png', aPng(64, 64)),
        GATEHOUSE_BRAND_ACCENT: '#b3261e',
        GATEHOUSE_BRAND_TERMS_URL: 'https://acme.example/terms?a=1&b=2',
        GATEHOUSE_BRAND_HELP_URL: '/help',
      },
    });
    page = (await house.browser().visit('/')).text;
    const [, path = ''] = /href="(\/static\/look[^"]+)"/.exec(page) ?? [];
    css = (await send(`${house.issuer}${path}`)).text;
  });
  afterAll(() => house.close());

  it('carries its name', () => {
    expect(page).toContain('Acme &amp; Söhne');
    expect(page).not.toContain('Gatehouse');
  });

  it('shows its mark, and serves it itself', async () => {
    const [, path = ''] = /<img src="([^"]+)"/.exec(page) ?? [];
    expect(path).toMatch(/^\/static\/brand\.[\w-]{16}\.png$/);
    const { headers, status } = await send(`${house.issuer}${path}`);
    expect([status, headers.get('content-type')]).toEqual([200, 'image/png']);
    expect(page).toContain(`<link rel="icon" href="${path}">`);
  });

  it('wears its colour', () => {
    expect(css).toContain('--fill:light-dark(#b3261e,');
  });

  it('refers to its own pages, and to none that it has not', () => {
    expect(page).toContain('href="https://acme.example/terms?a=1&amp;b=2"');
    expect(page).toContain('href="/help"');
    expect(page).not.toContain('Privacy');
  });
});

it('another colour makes another stylesheet, so that nobody keeps the old one', async () => {
  const [one, other] = await Promise.all(
    ['#3c54b4', '#b3261e'].map(async (accent) => {
      const house = await openTestHouse({ env: { GATEHOUSE_BRAND_ACCENT: accent } });
      const { text } = await house.browser().visit('/');
      await house.close();
      return /href="(\/static\/look[^"]+)"/.exec(text)?.[1];
    }),
  );
  expect(one).not.toBe(other);
});

it('mails wear the same name and colour', () => {
  const settings = readSettings({
    GATEHOUSE_BRAND_NAME: 'Acme',
    GATEHOUSE_BRAND_ACCENT: '#ffdd00',
  });
  const brand = brandOf(settings);
  const write = letterWriter({ brand, issuer: settings.ISSUER });
  const letter = write({
    template: 'password-changed',
    language: 'en',
    address: 'you@example.com',
    facts: { by: 'owner' },
  });
  const { light, dark } = brand.palette;
  expect(letter?.subject).toContain('Acme');
  expect(letter?.html).toContain(`background:${light.fill}`);
  expect(letter?.html).toContain(`color:${light.fillInk}`);
  expect(letter?.html).toContain(`background: ${dark.fill}`);
});

describe('refuses at start', () => {
  it.each<[string, string, string, RegExp]>([
    ['a name with a line break', 'GATEHOUSE_BRAND_NAME', 'Acme\nInc', /one line/],
    ['markup for a name', 'GATEHOUSE_BRAND_NAME', '<b>Acme</b>', /plain text/],
    ['a long name', 'GATEHOUSE_BRAND_NAME', 'A'.repeat(41), /40 characters/],
    ['a colour that is none', 'GATEHOUSE_BRAND_ACCENT', 'blue;}', /colour/],
    ['a mark that is not there', 'GATEHOUSE_BRAND_LOGO', '/nowhere.png', /can be read/],
    ['a drawing', 'GATEHOUSE_BRAND_LOGO', file('a.svg', Buffer.from('<svg/>')), /PNG or WebP/],
    ['a heavy mark', 'GATEHOUSE_BRAND_LOGO', file('b', Buffer.alloc(5200)), /5 KB/],
    ['an unsafe address', 'GATEHOUSE_BRAND_TERMS_URL', 'http://acme.example/', /https/],
    ['a script', 'GATEHOUSE_BRAND_HELP_URL', 'javascript:alert(1)', /https/],
    ['a path to elsewhere', 'GATEHOUSE_BRAND_HELP_URL', '//evil.example', /https/],
    ['another one', 'GATEHOUSE_BRAND_PRIVACY_URL', '/\\evil.example', /https/],
    ['a password in an address', 'GATEHOUSE_BRAND_HELP_URL', 'https://a:b@acme.example/', /https/],
  ])('%s', (_what, variable, value, sentence) => {
    expect(faultOf(variable, value)).toMatch(sentence);
  });
});

function faultOf(variable: string, value: string): string | undefined {
  try {
    readSettings({ [variable]: value });
    return undefined;
  } catch (error) {
    const { faults }: SettingsError = Object(error);
    return faults.find((one) => one.variable === variable)?.fault;
  }
}
