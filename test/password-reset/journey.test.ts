import { type Application, PUBLIC, application, request } from '../oidc/application.ts';
import type { Browser, Page } from '../support/browser.ts';
import { type Person, type TestHouse } from '../support/house.ts';
import { send } from '../support/http.ts';
import {
  NEW,
  alertOf,
  askForCode,
  hashOf,
  headingOf,
  mailed,
  openForgetful,
  stepOf,
  typeCode,
  uidOf,
} from './a-reset.ts';

let house: TestHouse;
let app: Application;
let person: Person;
beforeAll(async () => {
  house = await openForgetful();
  app = await application(house, { ...PUBLIC, firstParty: true });
});
beforeEach(async () => {
  person = await house.person({ givenName: 'Camille', familyName: 'Roux' });
});
afterAll(() => house.close());

const begin = async (browser: Browser, extra: Record<string, string> = {}) =>
  browser.visit((await request(app, { scope: 'openid', extra })).url.href);
const signIn = (browser: Browser, page: Page, password: string) =>
  browser.submit(page, { email: person.email, password });

/** As far as the page that asks for the code. */
async function forgotten(browser: Browser = house.browser()) {
  const page = await askForCode(browser, await begin(browser), person.email);
  return { browser, page };
}

async function eventsOf({ id }: Person): Promise<string[]> {
  const events = await house.house.audit.list({ accountId: id, limit: 20 });
  return events.map(({ name }) => name);
}

describe('whoever is signed in already', () => {
  it.each([
    ['from our own door', (browser: Browser) => browser.visit('/password-reset')],
    ['from an application', (browser: Browser) => begin(browser, { prompt: 'login' })],
  ])('changes the password %s and stays signed in, with another session', async (_from, open) => {
    const browser = house.browser();
    await signIn(browser, await begin(browser), person.password);
    const before = browser.cookies().get('gatehouse_session');
    const code = await askForCode(browser, await open(browser), person.email);
    const choosing = await typeCode(house, browser, code, person.email);
    await browser.submit(choosing, { new_password: NEW });
    expect((await browser.visit('/')).text).toContain(person.email);
    expect((await begin(browser)).leftFor?.searchParams.get('code')).toBeTruthy();
    expect(browser.cookies().get('gatehouse_session')).not.toBe(before);
  });
});

describe('whoever forgot a password', () => {
  it('goes from the sign-in page by a code to the application, signed in, with the address typed once', async () => {
    const browser = house.browser();
    const { url, state } = await request(app, { scope: 'openid' });
    const signingIn = await browser.visit(url.href);
    const asking = await browser.submit(
      signingIn,
      { email: person.email, password: '' },
      { button: { name: 'instead', value: 'password-reset' } },
    );
    expect(stepOf(asking)).toBe('password-reset');
    const code = await browser.submit(asking);
    expect(stepOf(code)).toBe('password-reset/code');
    const choosing = await typeCode(house, browser, code, person.email);
    expect(stepOf(choosing)).toBe('password-reset/new-password');
    expect(choosing.text).toContain(`value="${person.email}" autocomplete="username" readonly`);
    const { leftFor } = await browser.submit(choosing, { new_password: NEW });
    expect(leftFor?.searchParams.get('state')).toBe(state);
    expect(leftFor?.searchParams.get('code')).toBeTruthy();

    expect((await browser.visit('/')).text).toContain(person.email);
    expect(await eventsOf(person)).toEqual(
      expect.arrayContaining(['address-proved', 'password-changed', 'signed-in']),
    );
    const other = house.browser();
    expect((await signIn(other, await begin(other), person.password)).status).toBe(400);
    expect((await signIn(other, await begin(other), NEW)).leftFor).toBeDefined();
  });

  it('is told that the password was changed, and gets no mail of a new browser besides', async () => {
    const { browser, page } = await forgotten();
    await browser.submit(await typeCode(house, browser, page, person.email), { new_password: NEW });
    const mails = await house.house.mails.list({ address: person.email, limit: 9 });
    expect(mails.map(({ template }) => template)).toEqual(['password-changed', 'password-reset']);
    expect(mails[0]?.facts).toEqual({ by: 'reset' });
  });

  it('goes on by the link in the browser that began, once its button is pressed', async () => {
    const { browser } = await forgotten();
    const { path } = await mailed(house, person.email);
    const link = await browser.visit(path);
    expect(headingOf(link)).toBe('Set a new password');
    expect(link.text).not.toContain('IP address');
    const choosing = await browser.submit(link);
    expect(stepOf(choosing)).toBe('password-reset/new-password');
    const { leftFor } = await browser.submit(choosing, { new_password: NEW });
    expect(leftFor?.searchParams.get('code')).toBeTruthy();
  });

  it('chooses the password in the browser where the link was opened, and the first one says so', async () => {
    const { browser: first, page: waiting } = await forgotten();
    const { path } = await mailed(house, person.email);
    const second = house.browser();
    const link = await second.visit(path);
    expect(link.text).toContain('IP address');
    expect(link.text).toContain('127.0.0.1');
    const state = `${new URL(waiting.url).pathname}/state`;
    expect((await first.visit(state)).json()).toEqual({ state: 'waiting' });

    const choosing = await second.submit(link);
    expect(stepOf(choosing)).toBe('password-reset/new-password');
    expect(uidOf(choosing)).not.toBe(uidOf(waiting));
    expect((await first.visit(state)).json()).toEqual({ state: 'moved' });
    const told = await first.visit(waiting.url);
    expect(headingOf(told)).toBe('You went on in another browser');
    expect(told.text).toContain('Choose your new password there.');

    const home = await second.submit(choosing, { new_password: NEW });
    expect(new URL(home.url).pathname).toBe('/');
    expect(home.text).toContain(person.email);
    expect((await first.visit('/')).text).not.toContain(person.email);

    const signingIn = await first.visit(`/interaction/${uidOf(waiting)}/sign-in`);
    expect((await signIn(first, signingIn, NEW)).leftFor?.searchParams.get('code')).toBeTruthy();
  });

  it('may begin without an application, and ends at the start page', async () => {
    const browser = house.browser();
    const asking = await browser.visit('/password-reset');
    expect(stepOf(asking)).toBe('password-reset');
    const code = await browser.submit(asking, { email: ` ${person.email.toUpperCase()} ` });
    const { code: typed } = await mailed(house, person.email.toUpperCase());
    const choosing = await browser.submit(code, { code: typed });
    const home = await browser.submit(choosing, { new_password: NEW });
    expect(new URL(home.url).pathname).toBe('/');
    expect(home.text).toContain('Hello Camille');
  });

  it('is sent there by password managers', async () => {
    const answer = await send(`${house.issuer}/.well-known/change-password`);
    expect(answer.status).toBe(302);
    expect(answer.headers.get('location')).toBe('/password-reset');
  });

  it('ends signed in as the one whose password it is, whoever was signed in before', async () => {
    const other = await house.person();
    const browser = house.browser();
    await browser.submit(await begin(browser), { email: other.email, password: other.password });
    expect((await browser.visit('/')).text).toContain(other.email);
    const page = await askForCode(browser, await begin(browser, { prompt: 'login' }), person.email);
    const choosing = await typeCode(house, browser, page, person.email);
    // The page that signs the other one out; a browser with scripts posts it by itself.
    const posting = await browser.submit(choosing, { new_password: NEW });
    const { leftFor } = await browser.submit(posting);
    expect(leftFor?.searchParams.get('code')).toBeTruthy();
    const home = await browser.visit('/');
    expect(home.text).toContain(person.email);
    expect(home.text).not.toContain(other.email);
  });

  it('ends so at our own door too, where the link was opened by somebody else’s browser', async () => {
    const other = await house.person();
    const browser = house.browser();
    await browser.submit(await begin(browser), { email: other.email, password: other.password });
    await forgotten();
    const link = await browser.visit((await mailed(house, person.email)).path);
    const choosing = await browser.submit(link);
    expect(stepOf(choosing)).toBe('password-reset/new-password');
    const posting = await browser.submit(choosing, { new_password: NEW });
    const home = await browser.submit(posting);
    expect(new URL(home.url).pathname).toBe('/');
    expect(home.text).toContain(person.email);
    expect(home.text).not.toContain(other.email);
  });

  it('may click twice', async () => {
    const { browser, page } = await forgotten();
    const choosing = await typeCode(house, browser, page, person.email);
    const answers = await Promise.all(
      [1, 2, 3].map(() => browser.submit(choosing, { new_password: NEW })),
    );
    expect(answers.filter(({ status }) => status >= 400)).toEqual([]);
    expect((await house.house.accounts.find(person.id))?.credentialVersion).toBe(2);
    expect((await browser.visit('/')).text).toContain(person.email);
  });

  it('may click twice at the link, also in another browser', async () => {
    await forgotten();
    const { path } = await mailed(house, person.email);
    const second = house.browser();
    const link = await second.visit(path);
    const answers = await Promise.all([1, 2, 3].map(() => second.submit(link)));
    expect(answers.map(stepOf)).toEqual(answers.map(() => 'password-reset/new-password'));
    const [last] = answers.toReversed();
    const home = last && (await second.submit(last, { new_password: NEW }));
    expect(home?.text).toContain(person.email);
  });

  it('reads the reason of a refused password, and the browser keeps none', async () => {
    const { browser, page } = await forgotten();
    const choosing = await typeCode(house, browser, page, person.email);
    const before = await hashOf(house, person.id);
    for (const [password, reason] of [
      ['short', 'That password is too short. Use 8 characters or more.'],
      ['password1', 'That password is one of the most common'],
      [`${person.email} is me`, 'That password contains a part of your e-mail address.'],
      ['camille is here', 'That password contains your name.'],
      ['my gatehouse key', 'That password contains the name of this site.'],
    ] as const) {
      const refused = await browser.submit(choosing, { new_password: password });
      expect(refused.status).toBe(400);
      expect(alertOf(refused)).toContain(reason);
      expect(refused.text).not.toContain(`value="${password}"`);
    }
    expect(await hashOf(house, person.id)).toBe(before);
  });

  it('finds the way back from every page', async () => {
    const { browser, page } = await forgotten();
    const signingIn = await browser.visit(`/interaction/${uidOf(page)}/sign-in`);
    expect(stepOf(signingIn)).toBe('sign-in');
    expect(signingIn.text).toContain(`value="${person.email}"`);
    const asking = await browser.visit(`/interaction/${uidOf(page)}/password-reset`);
    expect(stepOf(asking)).toBe('password-reset');
    const code = await browser.visit(`/interaction/${uidOf(page)}/password-reset/code`);
    expect(stepOf(code)).toBe('password-reset/code');
    expect((await signIn(browser, signingIn, person.password)).leftFor).toBeDefined();
  });
});

const withoutIds = ({ text }: Page) =>
  text
    .replaceAll(/\/interaction\/[\w-]+/g, '')
    .replaceAll(/nonce="[^"]+"/g, '')
    .replaceAll(/[\w.+-]+@example\.com/g, 'ADDRESS');

describe('who has an account', () => {
  it('is not told by any page', async () => {
    const pages = await Promise.all(
      [person.email, 'nobody-at-all@example.com'].map(async (email) => {
        const browser = house.browser();
        const asking = await browser.visit('/password-reset');
        const code = await browser.submit(asking, { email });
        const wrong = await browser.submit(code, { code: '000000' });
        return [code, wrong].map((page) => [page.status, withoutIds(page)]);
      }),
    );
    expect(pages[0]).toEqual(pages[1]);
  });

  it.each([
    '',
    'not an address',
    'a@b',
    'one@example.com, two@example.com',
    'a@example.com\r\nBcc: x@evil.example',
  ])('%j is no address, and says so', async (email) => {
    const browser = house.browser();
    const refused = await browser.submit(await browser.visit('/password-reset'), { email });
    expect(refused.status).toBe(400);
    expect(alertOf(refused)).toBe('Check the address. It looks like you@example.com.');
  });
});
