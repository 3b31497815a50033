import type { Browser } from '../support/browser.ts';
import { type Person, type PersonWish, type TestHouse, openTestHouse } from '../support/house.ts';

const FIREFOX = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0';

let house: TestHouse;
beforeAll(async () => {
  house = await openTestHouse();
});
afterAll(() => house.close());

async function signIn(person: Person, browser = house.browser(), times = 1): Promise<Browser> {
  const { url } = await browser.visit('/sign-in');
  const body = new URLSearchParams({ email: person.email, password: person.password });
  const headers = { origin: house.issuer, 'user-agent': FIREFOX };
  await Promise.all(Array.from({ length: times }, () => browser.visit(url, { body, headers })));
  return browser;
}

/** Somebody who has a browser already, and what they were told since. */
async function someone(wish: Partial<PersonWish> = {}) {
  const person = await house.person(wish);
  const browser = await signIn(person);
  const told = () =>
    house.house.db.mail.findMany({ where: { accountId: person.id, template: 'new-device' } });
  return { person, browser, told };
}

it('nobody is told of their first browser, nor of one they came with before', async () => {
  const { person, browser, told } = await someone();
  await signIn(person, browser);
  expect(await told()).toEqual([]);
});

it('a person is told of a browser that nobody came with before: when, which, from where', async () => {
  const { person, told } = await someone();
  await signIn(person);
  expect(await told()).toMatchObject([
    {
      address: person.email,
      language: 'en',
      facts: {
        browser: 'Firefox on Windows',
        ip: '127.0.0.1',
        at: expect.stringMatching(/^20.*Z$/),
      },
    },
  ]);
});

it('somebody who clicks five times is told once', async () => {
  const { person, told } = await someone();
  await signIn(person, house.browser(), 5);
  expect(await told()).toHaveLength(1);
});

it('whoever does not get in is no news', async () => {
  const { person, told } = await someone();
  await signIn({ ...person, password: 'not the password' });
  expect(await told()).toEqual([]);
});

it('the mail and what it tells of are written together, or neither is', async () => {
  const { person, told } = await someone();
  const before = await house.house.db.knownBrowser.count({ where: { accountId: person.id } });
  const events = () =>
    house.house.audit.list({ name: 'signed-in', accountId: person.id, limit: 9 });
  const [{ length: seen }] = [await events()];
  await house.house.db
    .$executeRaw`ALTER TABLE mails ADD CONSTRAINT none CHECK (template <> 'new-device') NOT VALID`;
  await signIn(person);
  await house.house.db.$executeRaw`ALTER TABLE mails DROP CONSTRAINT none`;
  expect(await told()).toEqual([]);
  expect(await events()).toHaveLength(seen);
  expect(await house.house.db.knownBrowser.count({ where: { accountId: person.id } })).toBe(before);
});
