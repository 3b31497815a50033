import { disableAccount } from '../../src/accounts/disable-account.ts';
import { type Application, PUBLIC, application, request } from '../oidc/application.ts';
import type { Browser, Page } from '../support/browser.ts';
import { send } from '../support/http.ts';
import { type Person, type TestHouse, openTestHouse } from '../support/house.ts';

let house: TestHouse;
let app: Application;
let person: Person;
beforeAll(async () => {
  house = await openTestHouse({ costlyHashes: true });
  app = await application(house, { ...PUBLIC, firstParty: true });
  person = await house.person({ username: 'camille', givenName: 'Camille', familyName: 'Roux' });
});
afterAll(() => house.close());

const begin = async (browser: Browser, extra: Record<string, string> = {}) =>
  browser.visit((await request(app, { scope: 'openid', extra })).url.href);
const stepOf = (page: Page) => /\/interaction\/[\w-]+\/([\w-]+)/.exec(page.url)?.[1];
const uidOf = (page: Page) => /\/interaction\/([\w-]+)/.exec(page.url)?.[1] ?? '';
const alertOf = (page: Page) => /role="alert">([^<]*)</.exec(page.text)?.[1];
const valueOf = (page: Page, name: string) =>
  new RegExp(`name="${name}"[^>]* value="([^"]*)"`).exec(page.text)?.[1];
/** What differs by itself from one answer to the next. */
const withoutNames = ({ text }: Page) =>
  text
    .replaceAll(/\/interaction\/[\w-]+/g, '')
    .replaceAll(/nonce="[^"]+"/g, '')
    .replaceAll(/value="[^"]*"/g, '');

async function signedIn() {
  const browser = house.browser();
  await browser.submit(await begin(browser), { email: person.email, password: person.password });
  return browser;
}

async function sessionCookie(typed: Record<string, string>) {
  const browser = house.browser();
  const { email, password } = person;
  const answer = await browser.submit(await begin(browser), { email, password, ...typed });
  return answer.headers.getSetCookie().find((line) => line.startsWith('gatehouse_session='));
}

describe('whoever signs in', () => {
  it.each([
    ['the address', () => person.email],
    ['the address in another case, with spaces around', () => ` ${person.email.toUpperCase()} `],
    ['the user name', () => 'Camille'],
  ])('may give %s', async (_what, identifier) => {
    const browser = house.browser();
    const page = await begin(browser);
    const { leftFor } = await browser.submit(page, {
      email: identifier(),
      password: person.password,
    });
    expect(leftFor?.searchParams.get('code')).toBeTruthy();
  });

  it('is sent back with the state of the request', async () => {
    const browser = house.browser();
    const { url, state } = await request(app);
    const page = await browser.visit(url.href);
    const { leftFor } = await browser.submit(page, {
      email: person.email,
      password: person.password,
    });
    expect(leftFor?.searchParams.get('state')).toBe(state);
    expect(leftFor?.searchParams.get('iss')).toBe(house.issuer);
  });

  it('is remembered beyond the browser only when asked to be', async () => {
    expect(await sessionCookie({})).not.toMatch(/expires=/i);
    expect(await sessionCookie({ remember: 'on' })).toMatch(/expires=/i);
  });

  it('may click twice', async () => {
    const browser = house.browser();
    const { email, password } = person;
    const { url, state } = await request(app);
    const page = await browser.visit(url.href);
    const clicks = await Promise.all(
      Array.from({ length: 4 }, () => browser.submit(page, { email, password })),
    );
    // Whoever comes too late for the way back, and too early for the session, is at the page again.
    expect(clicks.filter(({ status }) => status >= 400)).toEqual([]);
    const states = clicks.flatMap(({ leftFor }) => leftFor?.searchParams.get('state') ?? []);
    expect(new Set(states)).toEqual(new Set([state]));
    expect((await browser.visit('/')).text).toContain('Hello Camille');
  });

  it('stands in the audit trail', async () => {
    const browser = house.browser();
    const page = await begin(browser);
    await browser.submit(page, { email: person.email, password: person.password });
    const [event] = await house.house.audit.list({ name: 'signed-in', limit: 1 });
    expect(event).toMatchObject({
      actor: 'person',
      accountId: person.id,
      clientId: app.id,
      details: { remembered: false },
    });
    expect(event?.requestId).toBeTruthy();
  });
});

describe('whoever is refused', () => {
  it('gets one answer, whatever was wrong', async () => {
    const shutOut = await house.person();
    await disableAccount(house.house, shutOut.id, { actor: 'cli' });
    const attempts = [
      { email: person.email, password: 'not the password' },
      { email: 'nobody@example.com', password: 'not the password' },
      { email: 'not an address', password: 'not the password' },
      { email: shutOut.email, password: shutOut.password },
    ];
    const pages: Page[] = [];
    for (const typed of attempts) {
      const browser = house.browser();
      pages.push(await browser.submit(await begin(browser), typed));
    }
    expect(pages.map(({ status }) => status)).toEqual([400, 400, 400, 400]);
    expect(new Set(pages.map(withoutNames)).size).toBe(1);
    expect(pages.map(alertOf)).toContain(
      'E-mail, user name or password is not right. Check them, or set a new password.',
    );
    const events = await house.house.audit.list({ name: 'sign-in-refused', limit: 4 });
    expect(events.map(({ details }) => details['why']).toReversed()).toEqual([
      'wrong-password',
      'unknown-person',
      'unknown-person',
      'disabled',
    ]);
  });

  it('finds what was typed, but for the password', async () => {
    const browser = house.browser();
    const typed = {
      email: '"><script>@example.com',
      password: 'a secret that is wrong',
      remember: 'on',
    };
    const page = await browser.submit(await begin(browser), typed);
    expect(valueOf(page, 'email')).toBe('&quot;&gt;&lt;script&gt;@example.com');
    expect(page.text).toMatch(/name="remember" checked/);
    expect(page.text).not.toContain(typed.password);
    expect(page.headers.get('cache-control')).toBe('no-store');
  });

  it('is told when a field was left empty', async () => {
    const browser = house.browser();
    const page = await browser.submit(await begin(browser), { email: person.email, password: '' });
    expect([page.status, alertOf(page)]).toEqual([400, 'Fill in both fields.']);
  });

  it('is asked to come back when too many sign in at once', async () => {
    const browser = house.browser();
    const page = await begin(browser);
    const { email, password } = person;
    const crowd = Array.from({ length: 500 }, () => house.house.hasher.hash('a password'));
    const kept = Promise.allSettled(crowd);
    const busy = await browser.submit(page, { email, password });
    expect(busy.status).toBe(503);
    expect(Number(busy.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(alertOf(busy)).toContain('Many people are signing in');
    expect(valueOf(busy, 'email')).toBe(email);
    await kept;
    expect((await browser.submit(busy, { password })).leftFor).toBeDefined();
  });

  it('may try again on the same page', async () => {
    const browser = house.browser();
    const page = await browser.submit(await begin(browser), {
      email: person.email,
      password: 'wrong',
    });
    const { leftFor } = await browser.submit(page, { password: person.password });
    expect(leftFor?.searchParams.get('code')).toBeTruthy();
  });
});

describe('the page', () => {
  it('fills in whom the application hints at', async () => {
    const page = await begin(house.browser(), { login_hint: 'you@example.com' });
    expect(valueOf(page, 'email')).toBe('you@example.com');
  });

  it('tells password managers what is what', async () => {
    const { text } = await begin(house.browser());
    expect(text).toMatch(/name="email"[^>]* autocomplete="username"/);
    expect(text).toMatch(/name="password"[^>]* autocomplete="current-password"/);
    expect(text.indexOf('name="password"')).toBeLessThan(text.indexOf('action="/language"'));
  });

  it('speaks as the application asks, until somebody switches', async () => {
    const browser = house.browser();
    const french = await begin(browser, { ui_locales: 'fr-CA en' });
    expect(french.text).toContain('Mot de passe');
    const russian = await browser.submit(
      french,
      {},
      { action: '/language', button: { name: 'language', value: 'ru' } },
    );
    expect(russian.url).toBe(french.url);
    expect(russian.text).toContain('Пароль');
  });

  it('sends nobody elsewhere by the switch', async () => {
    const browser = house.browser();
    const page = await begin(browser);
    const back = { back: '//evil.example/' };
    const after = await browser.submit(page, back, {
      action: '/language',
      button: { name: 'language', value: 'fr' },
    });
    expect(new URL(after.url).href).toBe(`${house.issuer}/`);
  });

  it('refuses a form that another site posts', async () => {
    const browser = house.browser();
    const page = await begin(browser);
    const body = new URLSearchParams({ email: person.email, password: person.password });
    const foreign = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
    const answer = await browser.visit(page.url, { body, headers: foreign });
    expect(answer.status).toBe(403);
    expect(browser.cookies().has('gatehouse_session')).toBe(false);
  });
});

describe('somebody who is signed in', () => {
  it('is not asked again', async () => {
    const { leftFor } = await begin(await signedIn());
    expect(leftFor?.searchParams.get('code')).toBeTruthy();
  });

  it('sees who they are where the password is asked for anew', async () => {
    const browser = await signedIn();
    const page = await begin(browser, { prompt: 'login' });
    expect(page.text).toContain('Camille Roux');
    expect(page.text).toContain('Confirm that it is you');
    const { leftFor } = await browser.submit(page, { password: person.password });
    expect(leftFor?.searchParams.get('code')).toBeTruthy();
  });

  it('is asked anew when the sign-in is older than the application likes', async () => {
    const browser = await signedIn();
    expect((await begin(browser, { max_age: '600' })).leftFor).toBeDefined();
    house.turnClock(601_000);
    expect(stepOf(await begin(browser, { max_age: '600' }))).toBe('sign-in');
  });

  it('can come in as somebody else', async () => {
    const other = await house.person();
    const browser = await signedIn();
    const page = await begin(browser, { prompt: 'login' });
    const blank = await browser.visit(`${page.url}?another`);
    expect(blank.text).not.toContain('Camille Roux');
    const posting = await browser.submit(blank, { email: other.email, password: other.password });
    const { leftFor } = await browser.submit(posting);
    expect(leftFor?.searchParams.get('code')).toBeTruthy();
    expect((await browser.visit('/')).text).toContain(other.email);
  });
});

describe('a page that is stale', () => {
  it('begins the same request anew once it was finished', async () => {
    const browser = house.browser();
    const { url, state } = await request(app, { extra: { prompt: 'login' } });
    const page = await browser.visit(url.href);
    await browser.submit(page, { email: person.email, password: person.password });
    const again = await browser.visit(page.url);
    expect(stepOf(again)).toBe('sign-in');
    expect(uidOf(again)).not.toBe(uidOf(page));
    const { leftFor } = await browser.submit(again, { password: person.password });
    expect(leftFor?.searchParams.get('state')).toBe(state);
  });

  it('does so too when its form is posted late', async () => {
    const browser = house.browser();
    const page = await begin(browser);
    house.turnClock(2 * 3600_000);
    const again = await browser.submit(page, { email: person.email, password: person.password });
    expect(stepOf(again)).toBe('sign-in');
    expect(uidOf(again)).not.toBe(uidOf(page));
  });

  it('begins anew in a browser that did not begin it', async () => {
    const page = await begin(house.browser());
    const other = await house.browser().visit(page.url);
    expect(stepOf(other)).toBe('sign-in');
    expect(uidOf(other)).not.toBe(uidOf(page));
  });

  it('says so after a day', async () => {
    const browser = house.browser();
    const page = await begin(browser);
    house.turnClock(25 * 3600_000);
    const late = await browser.visit(page.url);
    expect([late.status, alertOf(late)]).toEqual([
      404,
      'Go back to the application and sign in from there.',
    ]);
  });

  it('runs in no circle where the browser keeps no cookies', async () => {
    let target = (await request(app)).url.href;
    let answer = await send(target, { headers: { accept: 'text/html' } });
    for (let hops = 0; hops < 10 && answer.headers.has('location'); hops += 1) {
      target = new URL(answer.headers.get('location') ?? '', target).href;
      answer = await send(target, { headers: { accept: 'text/html' } });
    }
    expect(answer.status).toBe(400);
    expect(answer.text).toContain('Your browser keeps no cookies');
  });

  it('opens no step before its time', async () => {
    const browser = house.browser();
    const page = await begin(browser);
    const early = await browser.visit(page.url.replace('/sign-in', '/consent'));
    expect(early.url).toBe(page.url);
    const forced = await browser.submit(page, {}, { action: '/sign-in' });
    expect(forced.status).toBe(400);
  });
});

it('/sign-in needs no application and ends at the start page', async () => {
  const browser = house.browser();
  const page = await browser.visit('/sign-in');
  expect(page.text).not.toContain('Continue to');
  const home = await browser.submit(page, { email: person.email, password: person.password });
  expect(new URL(home.url).pathname).toBe('/');
  expect(home.text).toContain('Hello Camille');
});
