import { randomUUID } from 'node:crypto';
import { checkPassword } from '../../src/accounts/check-password.ts';
import { setPassword } from '../../src/accounts/set-password.ts';
import { type People, openPeople, always } from '../support/accounts.ts';

let people: People;
beforeAll(async () => {
  people = await openPeople();
});
afterAll(() => people.close());

const set = (account: { id: string; credentialVersion: number }, password: string) => {
  const whole = { email: 'set@example.com', ...account };
  return setPassword(people, { account: whole, password, by: 'cli' }, { actor: 'cli' });
};

it('replaces the password, raises both versions and tells it', async () => {
  const id = await people.invite({ email: 'set@example.com', password: 'the old password' });
  const account = await people.accounts.find(id);
  expect(account).toMatchObject({ credentialVersion: 1, signOutVersion: 1 });

  expect(await set({ id, credentialVersion: 1 }, 'the new password')).toBe('changed');
  expect(await people.accounts.find(id)).toMatchObject({
    credentialVersion: 2,
    signOutVersion: 2,
    passwordChangedAt: expect.any(Date),
  });
  expect(await people.events(id)).toEqual(['account-created', 'password-changed']);

  const check = (password: string) =>
    checkPassword(people, { identifier: 'set@example.com', password }, always);
  expect(await check('the old password')).toMatchObject({ outcome: 'wrong' });
  expect(await check('the new password')).toMatchObject({ outcome: 'right' });
});

it('of many changes decided on one version exactly one counts, wholly', async () => {
  for (let round = 1; round <= 50; round += 1) {
    const email = `round${round}@example.com`;
    const id = await people.invite({ email, password: 'the old password' });
    const outcomes = await Promise.all(
      Array.from({ length: 6 }, (_, index) =>
        set({ id, credentialVersion: 1 }, `password number ${index}`),
      ),
    );
    expect(outcomes.filter((outcome) => outcome === 'changed')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === 'changed-meanwhile')).toHaveLength(5);

    const password = `password number ${outcomes.indexOf('changed')}`;
    expect(await checkPassword(people, { identifier: email, password }, always)).toMatchObject({
      outcome: 'right',
      account: { credentialVersion: 2, signOutVersion: 2 },
    });
    expect(await people.events(id)).toEqual(['account-created', 'password-changed']);
  }
}, 60_000);

it.each([
  ['1234567', 'too-short'],
  ['x'.repeat(129), 'too-long'],
  ['correct\0horse', 'unreadable'],
  ['half a pair \ud83d', 'unreadable'],
])('refuses %j: %s', async (password, flaw) => {
  const id = await people.invite({ email: `${randomUUID()}@example.com` });
  expect(await set({ id, credentialVersion: 1 }, password)).toBe(flaw);
  expect(await people.accounts.find(id)).not.toHaveProperty('passwordHash');
});

describe('the same password, however it is typed', () => {
  it.each([
    ['é in one character', 'crème brûlée', 'crème brûlée'.normalize('NFD')],
    ['é in two', 'crème brûlée'.normalize('NFD'), 'crème brûlée'],
    ['emoji', '🏰🗝️🏰🗝️🏰🗝️🏰🗝️', '🏰🗝️🏰🗝️🏰🗝️🏰🗝️'],
    ['spaces alone', ' '.repeat(8), ' '.repeat(8)],
    ['128 characters of four bytes', '🗝'.repeat(128), '🗝'.repeat(128)],
  ])('%s', async (what, chosen, typed) => {
    const email = `${encodeURIComponent(what)}@example.com`;
    await people.invite({ email, password: chosen });
    const outcome = await checkPassword(people, { identifier: email, password: typed }, always);
    expect(outcome.outcome).toBe('right');
  });

  it.each([
    ['a space more at the end', 'correct horse', 'correct horse '],
    ['another letter case', 'correct horse', 'Correct horse'],
    ['the same 73 first bytes', `${'x'.repeat(73)}a`, `${'x'.repeat(73)}b`],
    ['a compatibility look-alike', 'ﬁne password', 'fine password'],
    ['another last half of a pair', '🏰🏰🏰🏰🏰🏰🏰🏰', '🏰🏰🏰🏰🏰🏰🏰\ud83c'],
  ])('another one: %s', async (what, chosen, typed) => {
    const email = `not-${encodeURIComponent(what)}@example.com`;
    await people.invite({ email, password: chosen });
    const outcome = await checkPassword(people, { identifier: email, password: typed }, always);
    expect(outcome.outcome).toBe('wrong');
  });
});
