import { setPassword } from '../../src/accounts/set-password.ts';
import { unlockAccount } from '../../src/accounts/unlock-account.ts';
import { translator } from '../../src/i18n/translate.ts';
import { signOutEverywhere } from '../../src/sessions/sign-out-everywhere.ts';
import type { Page } from '../support/browser.ts';
import type { TestHouse } from '../support/house.ts';
import { SIGN_OUT, type Tries, alertOf, isIn, openTries, wrong } from './tries.ts';

const MINUTE = 60_000;
const BY = { actor: 'cli' as const };

describe('too many wrong passwords', () => {
  let house: TestHouse;
  let tries: Tries;
  beforeAll(async () => {
    tries = await openTries({ env: { GATEHOUSE_BUDGETS: '{"passwords-per-origin":{"most":12}}' } });
    ({ house } = tries);
  });
  afterAll(() => house.close());

  it('a second time, the wait is longer', async () => {
    const person = await house.person();
    await tries.spend(person);
    house.turnClock(15 * MINUTE);
    await tries.spend(person);
    expect(alertOf(await tries.attempt(person))).toContain('Wait 30 minutes');
  });

  it('a right one in between counts as nothing', async () => {
    const person = await house.person();
    for (let i = 0; i < 12; i += 1) expect(isIn(await tries.attempt(person))).toBe(true);
    const statuses = (await tries.spend(person, 11)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 400)).toHaveLength(10);
  });

  it('devices of one person that come at once do not refuse each other', async () => {
    const person = await house.person();
    const all = await Promise.all(Array.from({ length: 15 }, () => tries.attempt(person)));
    expect(all.map(isIn)).toEqual(all.map(() => true));
  });

  it('whoever tries from a known browser spends its own, and nobody else may use it', async () => {
    const [person, other] = [await house.person(), await house.person()];
    const browser = await tries.browserOf(person);
    for (let i = 0; i < 10; i += 1) await tries.attempt(wrong(person), { browser });
    expect((await tries.attempt(person, { browser })).status).toBe(429);
    expect(isIn(await tries.attempt(person))).toBe(true);
    await tries.spend(other);
    expect((await tries.attempt(other, { browser })).status).toBe(429);
  });

  it.each([
    ['a new password', newPassword],
    ['signing out everywhere', (id: string) => signOutEverywhere(house.house, id, BY)],
  ])('%s makes a known browser a stranger', async (_what, act) => {
    const person = await house.person();
    const browser = await tries.browserOf(person);
    await act(person.id);
    await tries.spend(person);
    expect((await tries.attempt(person, { browser })).status).toBe(429);
  });

  async function newPassword(id: string) {
    const account = await house.house.accounts.find(id);
    if (!account) throw new Error('nobody');
    const wish = { account, password: 'another password', by: 'cli' as const };
    return setPassword(house.house, wish, BY);
  }

  it('a browser may be known to several people, by marks that no store holds', async () => {
    const people = [await house.person(), await house.person()];
    const browser = house.browser();
    browser.setCookie('gatehouse_known', `junk.${'x'.repeat(43)}.%00`);
    for (const person of people) {
      await tries.attempt(person, { browser });
      await browser.submit(await browser.visit('/session/end'), {}, SIGN_OUT);
    }
    const marks = browser.cookies().get('gatehouse_known')?.split('.') ?? [];
    expect(marks).toHaveLength(3);
    const rows = await house.house.db.knownBrowser.findMany();
    expect(JSON.stringify(rows)).not.toContain(marks[0]);
    for (const person of people) {
      await tries.spend(person);
      expect(isIn(await tries.attempt(person, { browser }))).toBe(true);
      await browser.submit(await browser.visit('/session/end'), {}, SIGN_OUT);
    }
  });

  it('an operator lets a person try again at once, in every browser', async () => {
    const person = await house.person();
    const browser = await tries.browserOf(person);
    await tries.spend(person);
    for (let i = 0; i < 10; i += 1) await tries.attempt(wrong(person), { browser });
    expect(await unlockAccount(house.house, person.id, BY)).toBe('unlocked');
    expect(isIn(await tries.attempt(person))).toBe(true);
    expect(isIn(await tries.attempt(person, { browser }))).toBe(true);
  });

  it('people who do not exist are met alike, byte for byte', async () => {
    const person = await house.person({ email: 'known0@example.com' });
    tries.hashed();
    const known = await tries.spend(person, 12);
    const unknown = await tries.spend({ email: 'nobody@example.com' }, 12);
    expect(tries.hashed()).toBe(20);
    expect(known.map(shown)).toEqual(unknown.map(shown));
    expect(known.map(({ status }) => status)).toEqual([...Array(10).fill(400), 429, 429]);
    expect(
      (await tries.attempt({ email: ' NOBODY@example.com', password: 'not the password' })).status,
    ).toBe(429);
  });

  it('whoever spends an account by its address does not learn its user name by it', async () => {
    const person = await house.person({ username: 'victor' });
    const byName = { email: 'Victor', password: person.password };
    await tries.spend(person);
    tries.hashed();
    const nobody = { email: 'nobody-at-all', password: person.password };
    for (let i = 0; i < 2; i += 1) {
      const [status, text] = shown(await tries.attempt(byName));
      const same = String(text).replaceAll('Victor', nobody.email);
      expect([status, same]).toEqual(shown(await tries.attempt(nobody)));
    }
    // Hashed for like a stranger, and looked at no more than the account has tries.
    expect(tries.hashed()).toBe(4);
    await tries.spend(byName, 8);
    expect((await tries.attempt(byName)).status).toBe(429);
    const events = await house.house.audit.list({ accountId: person.id, limit: 40 });
    expect(events.filter(({ name }) => name === 'signed-in')).toEqual([]);
    expect(await unlockAccount(house.house, person.id, BY)).toBe('unlocked');
    expect(isIn(await tries.attempt(byName))).toBe(true);
  });

  it.each([
    ['an IPv4 address', '192.0.2.9', '192.0.2.9', '192.0.2.10'],
    ['an IPv6 household', '2001:db8:0:7::1', '2001:db8:0:7:ffff::2', '2001:db8:0:8::1'],
  ])('%s has so many for all accounts, and its neighbour its own', async (_what, a, b, c) => {
    const person = await house.person();
    const browser = await tries.browserOf(person);
    for (let i = 0; i < 12; i += 1) {
      const one = { email: `spray${i}@example.com`, password: 'not the password' };
      expect((await tries.attempt(one, { from: i % 2 ? a : b })).status).toBe(400);
    }
    const refused = await tries.attempt(person, { from: b });
    expect([refused.status, alertOf(refused)]).toEqual([
      429,
      'Too many tries. Wait 60 minutes, then try again.',
    ]);
    expect(isIn(await tries.attempt(person, { from: c }))).toBe(true);
    // Who is known is not kept out by what others do from the same place.
    expect(isIn(await tries.attempt(person, { from: b, browser }))).toBe(true);
  });
});

it('when there are too many in all, strangers wait a minute, and known browsers come in', async () => {
  const tries = await openTries({ env: { GATEHOUSE_BUDGETS: '{"passwords-in-all":{"most":3}}' } });
  const person = await tries.house.person();
  const browser = await tries.browserOf(person);
  for (let i = 0; i < 3; i += 1) await tries.attempt(wrong({ email: `crowd${i}@example.com` }));
  const refused = await tries.attempt(person);
  expect(refused.status).toBe(429);
  expect(alertOf(refused)).toMatch(
    /^Too many tries\. Wait (1 minute|\d\d seconds), then try again\.$/,
  );
  expect(isIn(await tries.attempt(person, { browser }))).toBe(true);
  tries.house.turnClock(MINUTE);
  expect(isIn(await tries.attempt(person))).toBe(true);
  await tries.house.close();
});

it.each([
  ['en', 1, 'Wait 1 minute,'],
  ['en', 15, 'Wait 15 minutes,'],
  ['fr', 1, 'Attendez 1 minute,'],
  ['fr', 15, 'Attendez 15 minutes,'],
  ['ru', 1, 'Подождите 1 минуту,'],
  ['ru', 3, 'Подождите 3 минуты,'],
  ['ru', 15, 'Подождите 15 минут,'],
  ['ru', 21, 'Подождите 21 минуту,'],
] as const)('in %s, %d is said rightly', (language, count, words) => {
  expect(translator(language)('sign-in.errors.wait-minutes', { count })).toContain(words);
});

const shown = ({ status, text }: Page) => [status, withoutNames(text)];
/** What differs by itself from one answer to the next. */
const withoutNames = (text: string) =>
  text
    .replaceAll(/\/interaction\/[\w-]+/g, '')
    .replaceAll(/nonce="[^"]+"/g, '')
    .replaceAll(/value="[^"]*@example.com"/g, '');
