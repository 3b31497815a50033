import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SettingsError, readSettings } from '../../src/settings/settings.ts';
import { type TestHouse, openTestHouse } from '../support/house.ts';
import { codeIn, letterTo } from '../support/letters.ts';
import { PUBLIC, application, me, redeem, request } from '../oidc/application.ts';

const FIELDS = [
  {
    name: 'company',
    type: 'text',
    labels: { en: 'Company', fr: 'Entreprise', ru: 'Компания' },
    required: true,
    claim: 'https://example.com/company',
  },
  { name: 'since', type: 'date', labels: { en: 'Customer since' } },
  {
    name: 'team',
    type: 'choice',
    labels: { en: 'Team' },
    claim: 'team',
    choices: [
      { value: 'red', labels: { en: 'Red', fr: 'Rouge' } },
      { value: 'blue', labels: { en: 'Blue' } },
    ],
  },
  { name: 'news', type: 'yes/no', labels: { en: 'Send me news' }, claim: 'wants_news' },
];

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-profile-'));
const file = (content: unknown) => {
  const path = join(folder, `${randomUUID()}.json`);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
};
afterAll(() => rmSync(folder, { recursive: true }));

function faultOf(content: unknown): string {
  try {
    readSettings({ GATEHOUSE_PROFILE: file(content) });
    return '';
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    return error.faults.map(({ variable, fault }) => `${variable} ${fault}`).join();
  }
}

describe('the file of profile fields', () => {
  it('is read as it is written', () => {
    expect(readSettings({ GATEHOUSE_PROFILE: file(FIELDS) }).GATEHOUSE_PROFILE).toMatchObject(
      FIELDS,
    );
  });

  it.each<[string, unknown]>([
    ['no JSON', '{'],
    ['no list', {}],
    ['a name that every sign-up has', [{ ...FIELDS[0], name: 'email' }]],
    ['a name with capitals', [{ ...FIELDS[0], name: 'Company' }]],
    ['a name twice', [FIELDS[0], { ...FIELDS[1], name: 'company' }]],
    ['a claim twice', [FIELDS[0], { ...FIELDS[1], claim: FIELDS[0]?.claim }]],
    ['a claim that is told already', [{ ...FIELDS[0], claim: 'sub' }]],
    ['a type that there is not', [{ ...FIELDS[0], type: 'number' }]],
    ['no label in English', [{ ...FIELDS[0], labels: { fr: 'Entreprise' } }]],
    ['a language that we do not speak', [{ ...FIELDS[0], labels: { en: 'x', de: 'y' } }]],
    ['a choice without choices', [{ ...FIELDS[2], choices: [] }]],
    ['a text with choices', [{ ...FIELDS[0], choices: FIELDS[2]?.choices }]],
    ['something unknown', [{ ...FIELDS[0], regexp: '.*' }]],
  ])('is refused with %s', (_what, content) => {
    expect(faultOf(content)).toMatch(/^GATEHOUSE_PROFILE must be the path of a JSON file/);
  });

  it('tells every fault at once, and where', () => {
    const fault = faultOf([
      { ...FIELDS[0], name: 'email' },
      { ...FIELDS[1], type: 'number' },
    ]);
    expect(fault).toContain('0.name');
    expect(fault).toContain('1.type');
  });
});

describe('at sign-up the fields', () => {
  let house: TestHouse;
  beforeAll(async () => {
    house = await openTestHouse({ env: { GATEHOUSE_PROFILE: file(FIELDS) } });
  });
  afterAll(() => house.close());

  async function detailsPage(language = 'en', path = '/sign-up') {
    const browser = house.browser({ language });
    const email = `${randomUUID()}@example.com`;
    const page = await browser.submit(await browser.visit(path), { email });
    const code = codeIn(await letterTo(house, email));
    return { browser, email, page: await browser.submit(page, { code }) };
  }
  const typed = { new_password: 'seven quiet herons', company: 'Acme & Co', team: 'blue' };

  it('are asked for in the language of the reader, and what is wrong stands beside them', async () => {
    const { browser, page } = await detailsPage('fr');
    for (const word of ['Entreprise', 'Customer since (facultatif)', 'Rouge', 'Blue']) {
      expect(page.text).toContain(word);
    }
    const bad = await browser.submit(page, {
      ...typed,
      company: '',
      team: 'green',
      since: '2026-02-30',
      news: 'yes',
    });
    expect(bad.status).toBe(400);
    for (const name of ['company', 'team', 'since']) {
      expect(bad.text).toContain(`id="${name}-why"`);
    }
    expect(bad.text).toMatch(/name="news"[^>]* checked/);
  });

  it('are kept with the account, and told to applications that may see the profile', async () => {
    const app = await application(house, PUBLIC);
    const asked = await request(app, { scope: 'openid profile', extra: { prompt: 'create' } });
    const { browser, email, page } = await detailsPage('en', asked.url.href);
    const consent = await browser.submit(page, { ...typed, since: '', unknown: 'x' });
    const account = await house.house.accounts.findByEmail(email);
    const values = { company: 'Acme & Co', team: 'blue', news: false };
    expect(account?.ownFields).toEqual(values);
    const { leftFor: answer } = await browser.submit(consent);
    if (!answer) throw new Error('never left');
    const tokens = await redeem(app, { ...asked, answer });
    const told = (await me(house, tokens.access_token)).json();
    expect(told).toMatchObject({
      'https://example.com/company': 'Acme & Co',
      team: 'blue',
      wants_news: false,
    });
    expect(tokens.claims()).toMatchObject({ team: 'blue' });
  });

  it('are told to nobody who may not see the profile', async () => {
    const app = await application(house, PUBLIC);
    const asked = await request(app, { scope: 'openid email', extra: { prompt: 'create' } });
    const { browser, page } = await detailsPage('en', asked.url.href);
    const consent = await browser.submit(page, typed);
    const { leftFor: answer } = await browser.submit(consent);
    if (!answer) throw new Error('never left');
    const tokens = await redeem(app, { ...asked, answer });
    expect((await me(house, tokens.access_token)).json()['team']).toBeUndefined();
  });
});
