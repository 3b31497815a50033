import { randomUUID } from 'node:crypto';
import { type Application, PUBLIC, application, request } from '../oidc/application.ts';
import { PLENTY } from '../proofs/a-proof.ts';
import type { Browser } from '../support/browser.ts';
import { type TestHouse, openTestHouse } from '../support/house.ts';
import { codeIn, letterTo } from '../support/letters.ts';

const DETAILS = { given_name: 'Ada', new_password: 'seven quiet herons' };

let house: TestHouse;
let app: Application;
beforeAll(async () => {
  house = await openTestHouse({ env: { GATEHOUSE_BUDGETS: JSON.stringify(PLENTY) } });
  app = await application(house, { ...PUBLIC, firstParty: true });
});
afterAll(() => house.close());

/** A form of our own pages, sent by hand. */
const post = (browser: Browser, path: string, fields: Record<string, string>) =>
  browser.visit(path, {
    body: new URLSearchParams(fields),
    headers: { origin: house.issuer, 'sec-fetch-site': 'same-origin' },
  });

const pathOf = ({ url }: { url: string }) => /\/interaction\/[\w-]+/.exec(url)?.[0] ?? '';

/** Somebody who has the code of an address of their own. */
async function withCode(browser: Browser) {
  const { url } = await request(app, { extra: { prompt: 'create' } });
  const email = `${randomUUID()}@example.com`;
  const page = await browser.submit(await browser.visit(url.href), { email });
  return { email, base: pathOf(page), code: codeIn(await letterTo(house, email)) };
}

it('what one proved of an address combines with nobody else’s, in whatever order it comes', async () => {
  const victim = await house.person();
  const held = await house.person({ verified: false });
  const before = await house.house.accounts.find(victim.id);
  for (let round = 0; round < 3; round += 1) {
    const browser = house.browser();
    const { base, code } = await withCode(browser);
    const forms: [string, Record<string, string>][] = [
      ['email-verification', { code }],
      ['password-reset', { email: victim.email }],
      ['sign-up', { email: victim.email }],
      ['sign-in', { email: held.email, password: held.password }],
      ['password-reset/code', { code }],
      ['email-verification', { code }],
      ['password-reset/new-password', { new_password: DETAILS.new_password }],
      ['sign-up/details', DETAILS],
    ];
    const turned = [...forms.slice(2 * round), ...forms.slice(0, 2 * round)];
    const pages = await Promise.all(
      turned.map(([step, fields]) => post(browser, `${base}/${step}`, fields)),
    );
    expect(pages.filter(({ status }) => status >= 500)).toEqual([]);
    for (const step of ['email-verification', 'sign-up/details', 'password-reset/new-password']) {
      await post(browser, `${base}/${step}`, { code, ...DETAILS });
    }
    const home = (await browser.visit('/')).text;
    expect([victim.email, held.email].filter((one) => home.includes(one))).toEqual([]);
  }
  expect(await house.house.accounts.find(victim.id)).toEqual(before);
  expect((await house.house.accounts.find(held.id))?.emailVerifiedAt).toBeUndefined();
});

it('forms of one visit, posted at another of the same browser, lead to where that one stands', async () => {
  const browser = house.browser();
  const other = pathOf(await browser.visit((await request(app)).url.href));
  const { base, code } = await withCode(browser);
  await post(browser, `${base}/email-verification`, { code });
  const steps = ['email-verification', 'sign-up/details', 'password-reset/code'];
  for (const step of [...steps, 'password-reset/new-password', 'password-expiry', 'consent']) {
    const page = await post(browser, `${other}/${step}`, { code, ...DETAILS });
    expect(new URL(page.url).pathname).toBe(`${other}/sign-in`);
  }
});

it('a sign-up whose address meanwhile has an account never takes that over', async () => {
  const browser = house.browser();
  const { email, base, code } = await withCode(browser);
  await post(browser, `${base}/email-verification`, { code });
  const { id } = await house.person({ email, verified: false });
  const before = await house.house.accounts.find(id);
  const page = await post(browser, `${base}/sign-up/details`, DETAILS);
  expect(page.status).toBe(409);
  expect(await house.house.accounts.find(id)).toEqual(before);
  expect((await browser.visit('/')).text).not.toContain(email);
});
