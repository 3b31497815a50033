import { gatehouse } from '../support/command-line.ts';
import { type TestHouse, openTestHouse } from '../support/house.ts';
import { send } from '../support/http.ts';
import { lastMailTo } from '../support/letterbox.ts';

const PASSWORD = 'correct horse battery';

let house: TestHouse;
beforeEach(async () => {
  house = await openTestHouse();
});
afterEach(() => house.close());

const everybody = () => house.house.accounts.list({ limit: 10 });
const administrators = async () => (await everybody()).filter(({ admin }) => admin);

function command(...args: string[]) {
  const env = {
    DATABASE_URL: String(house.settings.DATABASE_URL),
    ISSUER: house.issuer,
    DATA_DIR: house.settings.DATA_DIR,
  };
  return gatehouse(args, { env, input: `${PASSWORD}\n` });
}

it('a new house has nobody in it, and no page where the first comer becomes somebody', async () => {
  expect(await everybody()).toEqual([]);
  for (const path of [
    '/setup',
    '/install',
    '/admin',
    '/admin/setup',
    '/api',
    '/api/users',
    '/account',
  ]) {
    expect((await send(`${house.issuer}${path}`)).status).toBe(404);
    const body = new URLSearchParams({ email: 'first@example.com', password: PASSWORD });
    expect((await send(`${house.issuer}${path}`, { body })).status).toBe(404);
  }
  expect(await everybody()).toEqual([]);
});

it('names and passwords that others ship with open nothing', async () => {
  const browser = house.browser();
  for (const email of [
    'admin',
    'administrator',
    'root',
    'gatehouse',
    'admin@localhost',
    'admin@example.com',
  ]) {
    for (const password of ['admin', 'password', 'changeme', email]) {
      const page = await browser.submit(await browser.visit('/sign-in'), { email, password });
      expect([400, 429]).toContain(page.status);
    }
  }
  expect(browser.cookies().has('gatehouse_session')).toBe(false);
});

it('the first who signs up is nobody special, whatever their form says', async () => {
  const browser = house.browser();
  const email = 'first@example.com';
  const asked = await browser.submit(await browser.visit('/sign-up'), { email, admin: 'true' });
  const { code } = await lastMailTo(house.issuer, email);
  const details = await browser.submit(asked, { code, admin: 'true' });
  await browser.submit(details, {
    new_password: 'a new and long password',
    admin: 'true',
    role: 'admin',
  });
  expect(await everybody()).toMatchObject([{ email, admin: false }]);
});

it('the first administrator is made at the command line, by somebody who has the machine', async () => {
  const made = await Promise.all(
    Array.from({ length: 3 }, () =>
      command('user', 'create', 'boss@example.com', '--admin', '--verified'),
    ),
  );
  expect(made.filter(({ code }) => code === 0)).toHaveLength(1);
  expect(await administrators()).toMatchObject([{ email: 'boss@example.com' }]);
  const events = await house.house.audit.list({ name: 'account-created', limit: 10 });
  expect(events).toMatchObject([{ actor: 'cli', details: { by: 'cli', admin: true } }]);
  const browser = house.browser();
  const typed = { email: 'boss@example.com', password: PASSWORD };
  expect((await browser.submit(await browser.visit('/sign-in'), typed)).text).toContain(
    'boss@example.com',
  );
});
