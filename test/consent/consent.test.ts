import { type Application, PUBLIC, application, request } from '../oidc/application.ts';
import type { Browser, Page } from '../support/browser.ts';
import { type Person, type TestHouse, openTestHouse } from '../support/house.ts';

const API = 'https://notes.example/api';

let house: TestHouse;
let app: Application;
let person: Person;
beforeAll(async () => {
  house = await openTestHouse();
  await house.house.apis.create({
    audience: API,
    name: 'Notes',
    introspectedBy: [],
    scopes: [
      { name: 'read', descriptions: { en: 'Read your notes', fr: 'Lire vos notes' } },
      { name: 'write', descriptions: {} },
    ],
  });
});
beforeEach(async () => {
  const apis = { [API]: ['read', 'write'] };
  app = await application(house, { ...PUBLIC, name: '<b>Atlas</b>', apis });
  person = await house.person({ givenName: 'Camille' });
});
afterAll(() => house.close());

async function ask(browser: Browser, scope: string, extra: Record<string, string | string[]> = {}) {
  const { url, state } = await request(app, { scope, extra });
  let page = await browser.visit(url.href);
  if (page.text.includes('name="password"')) {
    page = await browser.submit(page, { email: person.email, password: person.password });
  }
  return { page, state };
}
const asksOf = ({ text }: Page) =>
  [...text.matchAll(/<li(?: [^>]*)?>.*?<bdi>(.*?)<\/bdi>(.*?)<\/li>/gs)].map(
    ([, title = '', rest = '']) => `${title}${rest.includes('>New<') ? ' (new)' : ''}`,
  );
const remembered = () => house.house.consents.find(person.id, app.id);

describe('the consent page', () => {
  it('says in plain words who asks for what, grouped by API', async () => {
    const { page } = await ask(house.browser(), 'openid email read write', {
      resource: [house.issuer, API],
    });
    expect(page.text).toContain('&lt;b&gt;Atlas&lt;/b&gt; would like to');
    expect(page.text).toContain('app.example');
    expect(page.text).toContain('With Notes');
    expect(asksOf(page)).toEqual([
      'Know who you are',
      'See your e-mail address',
      'Read your notes',
      'Use “write”',
    ]);
  });

  it('says for how long: while one is signed in, or so many days without', async () => {
    const session = await ask(house.browser(), 'openid email');
    expect(session.page.text).toContain('can do this while you are signed in here');
    const offline = await ask(house.browser(), 'openid offline_access');
    expect(offline.page.text).toContain('can do this without you for up to 90 days');
  });

  it.each([
    ['popup', 'step popup'],
    ['touch', 'step touch'],
    ['page', 'step'],
    ['wap', 'step'],
  ])('is shown as the application asks: %s', async (display, shape) => {
    const { page } = await ask(house.browser(), 'openid', { display });
    expect(page.text).toContain(`<body class="${shape}">`);
  });

  it("uses the API's own words in the reader's language", async () => {
    const extra = { resource: [house.issuer, API], ui_locales: 'fr' };
    const { page } = await ask(house.browser(), 'openid read', extra);
    expect(asksOf(page)).toEqual(['Savoir qui vous êtes', 'Lire vos notes']);
  });

  it('asks once for what it was told', async () => {
    const browser = house.browser();
    const { page, state } = await ask(browser, 'openid email');
    const { leftFor } = await browser.submit(page);
    expect(leftFor?.searchParams.get('state')).toBe(state);
    expect(leftFor?.searchParams.get('code')).toBeTruthy();
    expect(await remembered()).toMatchObject({ openid: 'openid email' });
    const again = await ask(browser, 'openid email');
    expect(again.page.leftFor?.searchParams.get('code')).toBeTruthy();
    const [event] = await house.house.audit.list({ name: 'consent-given', limit: 1 });
    expect(event).toMatchObject({
      accountId: person.id,
      clientId: app.id,
      details: { allowed: { openid: 'openid email' } },
    });
  });

  it('marks what is new since last time, and adds it', async () => {
    const browser = house.browser();
    await browser.submit((await ask(browser, 'openid email')).page);
    const { page } = await ask(browser, 'openid email phone');
    expect(page.text).toContain('You allowed a part of this before.');
    expect(asksOf(page)).toEqual([
      'Know who you are',
      'See your e-mail address',
      'See your phone number (new)',
    ]);
    await browser.submit(page);
    expect((await remembered())?.openid.split(' ').toSorted()).toEqual([
      'email',
      'openid',
      'phone',
    ]);
  });

  it('asks again where the application wants it', async () => {
    const browser = house.browser();
    await browser.submit((await ask(browser, 'openid email')).page);
    const { page } = await ask(browser, 'openid email', { prompt: 'consent' });
    expect(page.text).toContain('You have allowed all of this before.');
    expect(asksOf(page)).toEqual(['Know who you are', 'See your e-mail address']);
    expect((await browser.submit(page)).leftFor?.searchParams.get('code')).toBeTruthy();
  });

  it('is as easily refused', async () => {
    const browser = house.browser();
    const { page, state } = await ask(browser, 'openid email');
    const { leftFor } = await browser.submit(
      page,
      {},
      { button: { name: 'refuse', value: 'yes' } },
    );
    expect(leftFor?.searchParams.get('error')).toBe('access_denied');
    expect(leftFor?.searchParams.get('state')).toBe(state);
    expect(await remembered()).toBeUndefined();
    const [event] = await house.house.audit.list({ name: 'consent-refused', limit: 1 });
    expect(event).toMatchObject({ accountId: person.id, clientId: app.id });
  });

  it('lets somebody else come in', async () => {
    const other = await house.person();
    const browser = house.browser();
    const { page, state } = await ask(browser, 'openid email');
    const signIn = await browser.submit(page, {}, { button: { name: 'another', value: 'yes' } });
    expect(signIn.text).toContain('name="password"');
    let next = await browser.submit(signIn, { email: other.email, password: other.password });
    for (let pages = 0; pages < 3 && !next.leftFor; pages += 1) next = await browser.submit(next);
    expect(next.leftFor?.searchParams.get('state')).toBe(state);
    expect(await remembered()).toBeUndefined();
    expect(await house.house.consents.find(other.id, app.id)).toBeDefined();
  });

  it('cannot be answered from another site', async () => {
    const browser = house.browser();
    const { page } = await ask(browser, 'openid email');
    const foreign = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
    const answer = await browser.visit(page.url, { body: new URLSearchParams(), headers: foreign });
    expect(answer.status).toBe(403);
    expect(await remembered()).toBeUndefined();
  });

  it('bears a double click', async () => {
    const browser = house.browser();
    const { page, state } = await ask(browser, 'openid email');
    const clicks = await Promise.all(Array.from({ length: 4 }, () => browser.submit(page)));
    const late = await browser.submit(page);
    for (const { leftFor } of [...clicks, late]) {
      expect(leftFor?.searchParams.get('state')).toBe(state);
      expect(leftFor?.searchParams.get('code')).toBeTruthy();
    }
    expect((await remembered())?.openid.split(' ').toSorted()).toEqual(['email', 'openid']);
  });
});

describe('an application of ours', () => {
  it('asks for no consent unless it wants to', async () => {
    app = await application(house, { ...PUBLIC, firstParty: true });
    const browser = house.browser();
    expect((await ask(browser, 'openid email')).page.leftFor).toBeDefined();
    const { page } = await ask(browser, 'openid email', { prompt: 'consent' });
    expect(asksOf(page)).toEqual(['Know who you are', 'See your e-mail address']);
  });

  it('on the device is seen before it is let in', async () => {
    const redirectUris = ['com.example.atlas:/back'];
    app = await application(house, { ...PUBLIC, firstParty: true, kind: 'native', redirectUris });
    const browser = house.browser();
    const { page } = await ask(browser, 'openid');
    expect(page.text).toContain('Continue as Camille?');
    expect(page.text).toContain('A program on this device');
    const { leftFor } = await browser.submit(page);
    expect(leftFor?.protocol).toBe('com.example.atlas:');
    expect(leftFor?.searchParams.get('code')).toBeTruthy();
    const refusing = await ask(browser, 'openid');
    const refused = await browser.submit(
      refusing.page,
      {},
      { button: { name: 'refuse', value: 'yes' } },
    );
    expect(refused.leftFor?.searchParams.get('error')).toBe('access_denied');
    const silent = await ask(browser, 'openid', { prompt: 'none' });
    expect(silent.page.leftFor?.searchParams.get('error')).toBe('interaction_required');
  });
});
