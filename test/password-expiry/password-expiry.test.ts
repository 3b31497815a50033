import { type Application, PUBLIC, application, request, within } from '../oidc/application.ts';
import { codeOf } from '../../src/proofs/secrets.ts';
import { PLENTY, keyOf, mailOut, now } from '../proofs/a-proof.ts';
import {
  alertOf,
  askForCode,
  headingOf,
  stepOf,
  typeCode,
  uidOf,
} from '../password-reset/a-reset.ts';
import type { Browser } from '../support/browser.ts';
import { type Person, type TestHouse, openTestHouse } from '../support/house.ts';

const DAY_S = 86_400;
const NEW = 'a new and long password';

let house: TestHouse;
let app: Application;
let person: Person;
beforeAll(async () => {
  house = await openTestHouse({
    env: {
      GATEHOUSE_PASSWORD_EXPIRY: String(90 * DAY_S),
      GATEHOUSE_BUDGETS: JSON.stringify(PLENTY),
    },
  });
  app = await application(house, { ...PUBLIC, firstParty: true });
});
beforeEach(async () => {
  person = await house.person({ givenName: 'Evangeline' });
});
afterAll(() => house.close());

const age = ({ id }: Person, days: number) =>
  house.house.db.account.update({
    where: { id },
    data: { passwordChangedAt: new Date(Date.now() - days * DAY_S * 1000) },
  });
const begin = async (browser: Browser) =>
  browser.visit((await request(app, { scope: 'openid' })).url.href);
const signIn = async (browser: Browser, { email, password } = person) =>
  browser.submit(await begin(browser), { email, password });
const events = async () =>
  (await house.house.audit.list({ accountId: person.id, limit: 20 })).map(({ name }) => name);

it('lets a password in that is young enough', async () => {
  await age(person, 89);
  expect((await signIn(house.browser())).leftFor).toBeDefined();
});

it('leads from the right password to another one, and on to the application', async () => {
  await age(person, 90);
  const browser = house.browser();
  const page = await signIn(browser);
  expect(stepOf(page)).toBe('password-expiry');
  expect(headingOf(page)).toBe('Your password is too old');
  expect(await events()).not.toContain('signed-in');
  expect((await browser.visit('/')).text).not.toContain(person.email);

  const same = await browser.submit(page, { new_password: person.password });
  expect(same.status).toBe(400);
  expect(alertOf(same)).toBe('That is the password you have had so far. Choose another one.');
  const named = await browser.submit(page, { new_password: 'evangeline was here' });
  expect(alertOf(named)).toContain('your name');

  const { leftFor } = await browser.submit(page, { new_password: NEW });
  expect(leftFor?.searchParams.get('code')).toBeTruthy();
  expect(await events()).toEqual(expect.arrayContaining(['password-changed', 'signed-in']));
  expect((await signIn(house.browser())).status).toBe(400);
  expect((await signIn(house.browser(), { ...person, password: NEW })).leftFor).toBeDefined();
});

it('asks nobody who gives a wrong one', async () => {
  await age(person, 90);
  const refused = await signIn(house.browser(), { ...person, password: 'not this one' });
  expect(stepOf(refused)).toBe('sign-in');
  expect(refused.status).toBe(400);
});

it('is a step that nobody reaches without the password, in no other browser, and once', async () => {
  await age(person, 90);
  const browser = house.browser();
  const page = await signIn(browser);
  const thief = house.browser();
  const own = `/interaction/${uidOf(await begin(thief))}/password-expiry`;
  const fields = new URLSearchParams({ new_password: NEW, email: person.email });
  const headers = { origin: house.issuer };
  for (const path of [own, new URL(page.url).pathname]) {
    expect(stepOf(await thief.visit(path))).toBe('sign-in');
    expect(stepOf(await thief.visit(path, { body: fields, headers }))).toBe('sign-in');
  }
  expect((await house.house.accounts.find(person.id))?.credentialVersion).toBe(1);
  await Promise.all(
    Array.from({ length: 10 }, (_, one) =>
      browser.submit(page, { new_password: `the new password ${one}` }),
    ),
  );
  expect((await house.house.accounts.find(person.id))?.credentialVersion).toBe(2);
});

it('is over when the password was changed meanwhile', async () => {
  await age(person, 90);
  const browser = house.browser();
  const page = await signIn(browser);
  await house.house.accounts.changePassword(person.id, 'x', 1);
  expect(stepOf(await browser.submit(page, { new_password: NEW }))).toBe('sign-in');
  expect((await house.house.accounts.find(person.id))?.passwordHash).toBe('x');
});

it('leaves a way to another account', async () => {
  await age(person, 90);
  const browser = house.browser();
  const page = await signIn(browser);
  const another = { button: { name: 'another', value: 'yes' } };
  const back = await browser.submit(page, {}, another);
  expect(stepOf(back)).toBe('sign-in');
  const other = await house.person();
  const { email, password } = other;
  expect((await browser.submit(back, { email, password })).leftFor).toBeDefined();
});

it('comes after an address that is yet to be proved', async () => {
  const stranger = await house.person({ verified: false });
  await age(stranger, 90);
  const browser = house.browser();
  const page = await signIn(browser, stranger);
  expect(stepOf(page)).toBe('email-verification');
  const row = await house.house.db.addressProof.findFirstOrThrow({
    where: { email: stranger.email },
  });
  const out = await within(15_000, async () => {
    await mailOut(house.house, row);
    return (await now(house.house, row)).codeExpiresAt !== undefined;
  });
  expect(out).toBe(true);
  const code = codeOf(keyOf(house.house), await now(house.house, row));
  expect(stepOf(await browser.submit(page, { code }))).toBe('password-expiry');
});

it('is not asked of who has just set a new one', async () => {
  await age(person, 90);
  const browser = house.browser();
  const page = await askForCode(browser, await begin(browser), person.email);
  const choosing = await typeCode(house, browser, page, person.email);
  expect((await browser.submit(choosing, { new_password: NEW })).leftFor).toBeDefined();
});
