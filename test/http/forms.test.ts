import { setTimeout as pause } from 'node:timers/promises';
import type { Browser, Page } from '../support/browser.ts';
import { type Person, type TestHouse, openTestHouse } from '../support/house.ts';
import { lastMailTo } from '../support/letterbox.ts';

const NEW_PASSWORD = 'a new and long password';

let house: TestHouse;
let person: Person;
beforeAll(async () => {
  const wide = Object.fromEntries(
    ['mails-per-address', 'mails-per-address-daily', 'proofs-per-origin', 'codes-per-address'].map(
      (name) => [name, { most: 1000 }],
    ),
  );
  house = await openTestHouse({ env: { GATEHOUSE_BUDGETS: JSON.stringify(wide) } });
});
beforeEach(async () => {
  person = await house.person();
});
afterAll(() => house.close());

/** A page with a form, in the browser that stands there, and what a person would send from it. */
interface Standing {
  page: Page;
  typed: Record<string, string>;
}

const signUp = async (browser: Browser, email: string) =>
  browser.submit(await browser.visit('/sign-up'), { email });
const reset = async (browser: Browser) =>
  browser.submit(await browser.visit('/password-reset'), { email: person.email });
const newcomer = () => `new.${person.email}`;
const codeFor = async (email: string) => (await lastMailTo(house.issuer, email)).code;
const linkFor = async (email: string) => (await lastMailTo(house.issuer, email)).path;

const FORMS: [string, (browser: Browser) => Promise<Standing>][] = [
  [
    'sign-in',
    async (browser) => ({
      page: await browser.visit('/sign-in'),
      typed: { email: person.email, password: person.password },
    }),
  ],
  [
    'sign-up',
    async (browser) => ({ page: await browser.visit('/sign-up'), typed: { email: newcomer() } }),
  ],
  [
    'the code of a sign-up',
    async (browser) => {
      const page = await signUp(browser, newcomer());
      return { page, typed: { code: await codeFor(newcomer()) } };
    },
  ],
  [
    'the code for an address that is not proved',
    async (browser) => {
      const { email, password } = await house.person({ verified: false });
      const page = await browser.submit(await browser.visit('/sign-in'), { email, password });
      return { page, typed: { code: await codeFor(email) } };
    },
  ],
  [
    'the details of a sign-up',
    async (browser) => {
      const page = await signUp(browser, newcomer());
      const details = await browser.submit(page, { code: await codeFor(newcomer()) });
      return { page: details, typed: { new_password: NEW_PASSWORD } };
    },
  ],
  [
    'the link of a sign-up, elsewhere',
    async (browser) => {
      const first = await signUp(house.browser(), newcomer());
      const number = /<bdi>(\d\d)</.exec(first.text)?.[1] ?? '';
      return { page: await browser.visit(await linkFor(newcomer())), typed: { code: number } };
    },
  ],
  [
    'password-reset',
    async (browser) => ({
      page: await browser.visit('/password-reset'),
      typed: { email: person.email },
    }),
  ],
  [
    'the code of a reset',
    async (browser) => {
      const page = await reset(browser);
      return { page, typed: { code: await codeFor(person.email) } };
    },
  ],
  [
    'the link of a reset',
    async (browser) => {
      await reset(browser);
      return { page: await browser.visit(await linkFor(person.email)), typed: {} };
    },
  ],
  [
    'the new password',
    async (browser) => {
      const page = await reset(browser);
      const choosing = await browser.submit(page, { code: await codeFor(person.email) });
      return { page: choosing, typed: { new_password: NEW_PASSWORD } };
    },
  ],
];

const FOREIGN: [string, Record<string, string>][] = [
  ['another site', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }],
  ['another site, by an older browser', { origin: 'https://evil.example' }],
  ['a sandbox', { origin: 'null', 'sec-fetch-site': 'cross-site' }],
  ['another site that hides its origin', { 'sec-fetch-site': 'cross-site' }],
  ['a neighbouring site', { origin: 'http://neighbour.localhost', 'sec-fetch-site': 'same-site' }],
  ['a page that claims our origin', { origin: 'OWN', 'sec-fetch-site': 'cross-site' }],
];

describe.each(FORMS)('the form of %s', (_name, open) => {
  it('posted from elsewhere with all that is right, does nothing at all', async () => {
    const browser = house.browser();
    const { page, typed } = await open(browser);
    const before = await whatIsThere();
    for (const [, headers] of FOREIGN) {
      const origin = headers['origin']?.replace('OWN', house.issuer);
      const posted = { ...headers, ...(origin && { origin }) };
      const body = new URLSearchParams(typed);
      for (const kind of ['application/x-www-form-urlencoded', 'text/plain']) {
        const answer = await browser.visit(actionOf(page), {
          body: body.toString(),
          headers: { ...posted, 'content-type': kind },
        });
        expect(answer.status).toBe(403);
        expect(answer.headers.getSetCookie()).toEqual([]);
      }
    }
    expect(await whatIsThere()).toEqual(before);
    const own = await browser.submit(page, typed);
    expect(own.status).toBe(200);
    expect(await whatIsThere()).not.toEqual(before);
  });

  it('is shown in no frame and kept by no cache, not even when it is refused', async () => {
    const browser = house.browser();
    const { page } = await open(browser);
    const refused = await browser.visit(actionOf(page), {
      body: new URLSearchParams({ email: 'none', code: '', new_password: 'x' }),
      headers: { origin: house.issuer },
    });
    for (const { headers } of [page, refused]) {
      expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
      expect(headers.get('x-frame-options')).toBe('DENY');
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('referrer-policy')).toBe('same-origin');
    }
  });

  it('says nothing of what it is about in its address, and gives scripts no cookie', async () => {
    const browser = house.browser();
    const { page, typed } = await open(browser);
    const parts = page.url.split(/[/?&=#]/).map(decodeURIComponent);
    for (const value of Object.values(typed)) expect(parts).not.toContain(value);
    const next = await browser.submit(page, typed);
    for (const line of [page, next].flatMap(({ headers }) => headers.getSetCookie())) {
      expect(line).toMatch(/; httponly/i);
      expect(line).toMatch(/; samesite=lax/i);
      expect(line.length).toBeLessThan(4096);
    }
  });
});

describe.each(FORMS.filter(([name]) => /details|new password|^sign-in/.test(name)))(
  'whoever comes in by %s',
  (_name, open) => {
    it('has a session of their own, and not the one that somebody put there', async () => {
      const thief = house.browser();
      const other = await house.person();
      await thief.submit(await thief.visit('/sign-in'), {
        email: other.email,
        password: other.password,
      });
      const planted = [...thief.cookies()].filter(([name]) => name.includes('session'));
      const browser = house.browser();
      const { page, typed } = await open(browser);
      for (const [name, value] of planted) browser.setCookie(name, value);
      let home = await browser.submit(page, typed);
      for (let i = 0; i < 3 && new URL(home.url).pathname !== '/'; i += 1) {
        home = await browser.submit(home);
      }
      expect(home.text).toMatch(/You are signed in as/);
      expect(home.text).not.toContain(other.email);
      for (const [name, value] of planted) expect(browser.cookies().get(name)).not.toBe(value);
      const theirs = await thief.visit('/');
      expect(theirs.text).not.toContain(person.email);
    });
  },
);

const actionOf = (page: Page) =>
  new URL(/<form[^>]*action="([^"]*)"/.exec(page.text)?.[1] ?? '', page.url).href;

/** Every row of every table, once the jobs have come to rest. */
async function whatIsThere(): Promise<unknown> {
  let seen = await rows();
  for (;;) {
    await pause(300);
    const now = await rows();
    if (JSON.stringify(now) === JSON.stringify(seen)) return seen;
    seen = now;
  }
}

async function rows(): Promise<unknown> {
  const { db } = house.house;
  const tables = await db.$queryRaw<{ name: string }[]>`
    SELECT table_name::text AS name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1`;
  const seen: unknown[] = [];
  for (const { name } of tables) {
    seen.push(
      await db.$queryRawUnsafe(
        `SELECT count(*)::int AS count, md5(string_agg(t::text, '|' ORDER BY t::text)) AS hash FROM "${name}" t`,
      ),
    );
  }
  return seen;
}
