import { randomUUID } from 'node:crypto';
import { type TestHouse, openTestHouse } from '../support/house.ts';
import type { Browser, Page } from '../support/browser.ts';
import { send } from '../support/http.ts';
import { codeIn, letterTo, linkIn, wrongNumber } from '../support/letters.ts';
import { type Application, PUBLIC, application, request } from '../oidc/application.ts';

/** All of them come from one machine. */
const MANY = { GATEHOUSE_BUDGETS: '{"proofs-per-origin":{"most":1000}}' };
const DETAILS = { given_name: 'Ada', new_password: 'seven quiet herons' };

let house: TestHouse;
let app: Application;
beforeAll(async () => {
  house = await openTestHouse({ env: MANY });
  app = await application(house, { ...PUBLIC, name: 'Atlas' });
});
afterAll(() => house.close());

/** Somebody is signing up for the application, and has the mail. */
async function signingUp(email = `${randomUUID()}@example.com`) {
  const browser = house.browser();
  const { url } = await request(app, { extra: { prompt: 'create' } });
  const first = await browser.visit(url.href);
  const page = await browser.submit(first, { email });
  const letter = await letterTo(house, email);
  const number = /<strong><bdi>(\d\d)<\/bdi><\/strong>/.exec(page.text)?.[1] ?? '';
  return { browser, email, page, number, code: codeIn(letter), link: linkIn(letter) };
}

const stateOf = async (browser: Browser, page: Page) =>
  (await browser.visit(`${page.url}/state`)).json()['state'];
const account = (email: string) => house.house.accounts.findByEmail(email);

it('opened in the browser that began, one button leads straight on to the application', async () => {
  const { browser, email, link } = await signingUp();
  const page = await browser.visit(link);
  expect(page.text).toContain(email);
  expect(page.text).not.toContain('name="code"');
  const details = await browser.submit(page);
  expect(details.url).toMatch(/\/sign-up\/details$/);
  const consent = await browser.submit(details, DETAILS);
  expect(consent.text).toContain('Atlas');
  const { leftFor } = await browser.submit(consent);
  expect(leftFor?.searchParams.get('code')).toBeTruthy();
  const later = await browser.visit(link);
  expect(later.text).toContain('This link was used already');
});

it('the secret of the link does not stay in the address, and is told to nobody', async () => {
  const { browser, link } = await signingUp();
  const secret = link.split('.').at(-1) ?? '';
  const page = await browser.visit(link);
  expect(page.url).not.toContain(secret);
  expect(page.text).not.toContain(secret);
  expect(page.headers.get('referrer-policy')).toBe('same-origin');
  expect(page.headers.get('cache-control')).toBe('no-store');
  expect(house.log.text()).not.toContain(secret);
});

it('programs that follow it change nothing', async () => {
  const { browser, page, link } = await signingUp();
  const { id } = await house.house.db.addressProof.findFirstOrThrow({
    orderBy: { createdAt: 'desc' },
  });
  for (const method of ['GET', 'HEAD']) {
    await send(link, { method });
    const [path = ''] = link.split(/\.[\w-]{43}$/);
    await send(path, { method });
  }
  await house.browser().visit(link);
  expect((await house.house.proofs.find(id))?.state).toBe('pending');
  expect(await stateOf(browser, page)).toBe('waiting');
});

describe('in another browser', () => {
  it('the link says who asked, and with the right number the first tab goes on by itself', async () => {
    const { browser, email, page, number, link } = await signingUp();
    const other = house.browser();
    const asked = await other.visit(link, { headers: { 'user-agent': 'Other' } });
    expect(asked.text).toContain('Was this you?');
    for (const fact of ['Atlas', email, '127.0.0.1']) expect(asked.text).toContain(fact);
    expect(asked.text).not.toContain(`>${number}<`);
    const done = await other.submit(asked, { code: number });
    expect(done.text).toContain('Your address is confirmed');
    expect(other.cookies().has('gatehouse_session')).toBe(false);
    expect(await stateOf(browser, page)).toBe('moved');
    const details = await browser.visit(page.url);
    expect(details.url).toMatch(/\/sign-up\/details$/);
    expect((await other.visit('/')).text).not.toContain(email);
  });

  it('with a wrong number all of it is dead', async () => {
    const { browser, page, number, code, link } = await signingUp();
    const other = house.browser();
    const wrong = wrongNumber(house, link);
    const stopped = await other.submit(await other.visit(link), { code: wrong });
    expect(stopped.text).toContain('This was stopped');
    const late = await other.visit(stopped.url, {
      body: new URLSearchParams({ code: number }),
      headers: { origin: house.issuer },
    });
    expect(late.text).toContain('This was stopped');
    const first = await browser.submit(page, { code });
    expect(first.text).toContain('This was stopped');
    expect(await stateOf(browser, page)).toBe('moved');
    const again = /href="([^"]+\/sign-up)"/.exec(first.text)?.[1] ?? '';
    expect((await browser.visit(again)).text).toContain('name="email"');
  });

  it('what is no number costs nothing', async () => {
    const { number, link } = await signingUp();
    const other = house.browser();
    const bad = await other.submit(await other.visit(link), { code: '7' });
    expect([bad.status, bad.text]).toEqual([400, expect.stringContaining('role="alert"')]);
    const wide = Array.from(number, (digit) => String.fromCodePoint(0xff10 + Number(digit)));
    const done = await other.submit(bad, { code: wide.join(' ') });
    expect(done.text).toContain('Your address is confirmed');
  });

  it('whoever did not ask stops it', async () => {
    const { browser, page, link } = await signingUp();
    const other = house.browser();
    const button = { name: 'stop', value: 'yes' };
    const stopped = await other.submit(await other.visit(link), {}, { button });
    expect(stopped.text).toContain('This was stopped');
    expect((await browser.visit(page.url)).text).toContain('This was stopped');
  });

  it('without the first tab one goes on here, signs up, and ends at our own door', async () => {
    const { browser, email, page, code, link } = await signingUp();
    const other = house.browser();
    const button = { name: 'here', value: 'yes' };
    const details = await other.submit(await other.visit(link), {}, { button });
    expect(details.url).toMatch(/\/sign-up\/details$/);
    expect(details.text).not.toContain('Atlas');
    const home = await other.submit(details, DETAILS);
    expect(home.url).toBe(`${house.issuer}/`);
    expect(home.text).toContain('Hello Ada');
    expect((await account(email))?.emailVerifiedAt).toBeDefined();
    for (const left of [await browser.visit(page.url), await browser.submit(page, { code })]) {
      expect(left.text).toContain('You went on in another browser');
    }
    expect((await browser.visit('/')).text).not.toContain('Hello');
  });

  it('pressed many times at once, it goes on once', async () => {
    const { link } = await signingUp();
    const other = house.browser();
    const page = await other.visit(link);
    const button = { name: 'here', value: 'yes' };
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => other.submit(page, {}, { button })),
    );
    expect(answers.filter(({ status }) => status >= 500)).toEqual([]);
    expect(answers.some(({ url }) => url.endsWith('/sign-up/details'))).toBe(true);
  });

  it('pressed a second time before the first answer came, it goes on all the same', async () => {
    const { link } = await signingUp();
    const other = house.browser();
    const page = await other.visit(link);
    const cookie = [...other.cookies(new URL(page.url).pathname)].map((pair) => pair.join('='));
    const body = new URLSearchParams({ here: 'yes' });
    const headers = { cookie: cookie.join('; '), origin: house.issuer };
    expect((await send(page.url, { body, headers })).status).toBe(303);
    const second = await other.submit(page, {}, { button: { name: 'here', value: 'yes' } });
    expect(second.url).toMatch(/\/sign-up\/details$/);
    const stranger = house.browser();
    const late = await stranger.visit(link);
    expect(late.status).toBe(410);
    const posted = await stranger.visit(late.url, { body, headers: { origin: house.issuer } });
    expect(posted.status).toBe(410);
  });
});

it('a newer mail makes the older link worthless, and its page says so', async () => {
  const { browser, email, page, link } = await signingUp();
  house.turnClock(31_000);
  await browser.submit(page, {}, { button: { name: 'again', value: 'yes' } });
  const newer = linkIn(await letterTo(house, email, 2));
  const old = await browser.visit(link);
  expect([old.status, old.text]).toEqual([404, expect.stringContaining('no longer good')]);
  const opened = await browser.visit(newer);
  expect((await browser.submit(opened)).url).toMatch(/\/sign-up\/details$/);
});

it('is too old after ten minutes, and leads back or to a new beginning', async () => {
  const { browser, link } = await signingUp();
  house.turnClock(10 * 60_000 + 1000);
  const old = await browser.visit(link);
  expect([old.status, old.text]).toEqual([410, expect.stringContaining('too old')]);
  const back = /href="(\/interaction\/[^"]+)"/.exec(old.text)?.[1] ?? '';
  expect((await browser.visit(back)).text).toContain('Send a new code');
  expect((await house.browser().visit(link)).text).toContain('href="/sign-up"');
});

it.each(['x', '...', randomUUID(), `${randomUUID()}.${'a'.repeat(43)}`, '%00.x', 'a;b.c'])(
  'the link %p leads to a calm page',
  async (handle) => {
    const page = await house.browser().visit(`/email-verification/${handle}`);
    expect(page.status).toBe(404);
    expect(page.text).toContain('<h1>');
  },
);

it.each(['a\r\nb', '\0', ';x', '\u{1f600}', 'é', ' ', 'a'.repeat(8000)])(
  'what no secret looks like (%j) is kept nowhere, and its pages say that the link is not good',
  async (odd) => {
    for (const [page, status] of Object.entries({
      'email-verification': 404,
      'password-reset': 410,
    })) {
      const path = `/${page}/${randomUUID()}`;
      const browser = house.browser();
      const shown = await browser.visit(`${path}.${encodeURIComponent(odd)}`);
      expect([shown.status, new URL(shown.url).pathname]).toEqual([status, path]);
      expect(browser.cookies(path).has('gatehouse_link')).toBe(false);
    }
  },
);

it('a post from another site is refused', async () => {
  const { browser, link } = await signingUp();
  const page = await browser.visit(link);
  const answer = await browser.visit(page.url, {
    body: new URLSearchParams(),
    headers: { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
  });
  expect(answer.status).toBe(403);
});

/** The right password for an address that is not proved. */
async function signingIn() {
  const person = await house.person({ verified: false });
  const browser = house.browser();
  const { url } = await request(app);
  const page = await browser.submit(await browser.visit(url.href), {
    email: person.email,
    password: person.password,
  });
  return { person, browser, page };
}

describe('an account whose address nobody has proved', () => {
  it('is not open to the password alone', async () => {
    const { person, browser, page } = await signingIn();
    expect(page.url).toMatch(/\/email-verification$/);
    expect((await browser.visit('/')).text).not.toContain(person.email);
    expect(browser.cookies().has('gatehouse_known')).toBe(false);
  });

  it('is open once the code was typed, and leads to the application', async () => {
    const { person, browser, page } = await signingIn();
    const consent = await browser.submit(page, {
      code: codeIn(await letterTo(house, person.email)),
    });
    expect(consent.text).toContain('Atlas');
    expect((await account(person.email))?.emailVerifiedAt).toBeDefined();
    const { leftFor } = await browser.submit(consent);
    expect(leftFor?.searchParams.get('code')).toBeTruthy();
    const next = await house.browser().visit('/sign-in');
    expect(next.text).toContain('name="password"');
  });

  it('is open by the link, here and with the number', async () => {
    const one = await signingIn();
    const link = linkIn(await letterTo(house, one.person.email));
    const consent = await one.browser.submit(await one.browser.visit(link));
    expect(consent.text).toContain('Atlas');

    const two = await signingIn();
    const other = house.browser();
    const elsewhere = await other.visit(linkIn(await letterTo(house, two.person.email)));
    const number = /<strong><bdi>(\d\d)<\/bdi><\/strong>/.exec(two.page.text)?.[1] ?? '';
    await other.submit(elsewhere, { code: number });
    expect((await two.browser.visit(two.page.url)).text).toContain('Atlas');
  });

  it('is verified by who goes on elsewhere, and the first tab is not let in', async () => {
    const { person, browser, page } = await signingIn();
    const other = house.browser();
    const opened = await other.visit(linkIn(await letterTo(house, person.email)));
    const button = { name: 'here', value: 'yes' };
    const signIn = await other.submit(opened, {}, { button });
    expect(signIn.url).toMatch(/\/sign-in$/);
    expect(signIn.text).toContain(person.email);
    expect((await account(person.email))?.emailVerifiedAt).toBeDefined();
    expect((await browser.visit(page.url)).text).toContain('You went on in another browser');
    const home = await other.submit(signIn, { password: person.password });
    expect(home.url).toBe(`${house.issuer}/`);
  });

  it('somebody who signed out everywhere meanwhile is not let in', async () => {
    const { person, browser, page } = await signingIn();
    await house.house.accounts.signOutEverywhere(person.id);
    const back = await browser.submit(page, {
      code: codeIn(await letterTo(house, person.email)),
    });
    expect(back.url).toMatch(/\/sign-in$/);
  });
});
