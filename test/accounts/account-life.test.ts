import { deleteAccount } from '../../src/accounts/delete-account.ts';
import { disableAccount, enableAccount } from '../../src/accounts/disable-account.ts';
import { unlockAccount } from '../../src/accounts/unlock-account.ts';
import { signOutEverywhere } from '../../src/sessions/sign-out-everywhere.ts';
import { type People, openPeople } from '../support/accounts.ts';

const NOBODY = '00000000-0000-4000-8000-000000000000';
const by = { actor: 'cli' as const };

let people: People;
beforeAll(async () => {
  people = await openPeople();
});
afterAll(() => people.close());

it('disabling signs out and is told once; enabling brings nothing back', async () => {
  const id = await people.invite({ email: 'disabled@example.com' });
  const outcomes = await Promise.all([1, 2, 3].map(() => disableAccount(people, id, by)));
  expect(outcomes.toSorted()).toEqual(['disabled', 'was-disabled', 'was-disabled']);
  expect(await people.accounts.find(id)).toMatchObject({
    disabledAt: expect.any(Date),
    signOutVersion: 2,
  });

  expect(await enableAccount(people, id, by)).toBe('enabled');
  expect(await enableAccount(people, id, by)).toBe('was-enabled');
  expect(await people.accounts.find(id)).toMatchObject({ signOutVersion: 2 });
  expect(await people.events(id)).toEqual([
    'account-created',
    'account-disabled',
    'account-enabled',
  ]);
});

it('signing out everywhere raises the version at each call', async () => {
  const id = await people.invite({ email: 'everywhere@example.com' });
  await Promise.all([1, 2, 3].map(() => signOutEverywhere(people, id, by)));
  expect(await people.accounts.find(id)).toMatchObject({ signOutVersion: 4, credentialVersion: 1 });
});

it('deleting removes the person, leaves the trail, and the address gets another id', async () => {
  const id = await people.invite({ email: 'gone@example.com' });
  const outcomes = await Promise.all([1, 2, 3].map(() => deleteAccount(people, id, by)));
  expect(outcomes.toSorted()).toEqual(['deleted', 'unknown', 'unknown']);
  expect(await people.accounts.find(id)).toBeUndefined();
  expect(await people.events(id)).toEqual(['account-created', 'account-deleted']);
  expect(await people.invite({ email: 'gone@example.com' })).not.toBe(id);
});

it('nothing is told of people who are not there', async () => {
  expect(await disableAccount(people, NOBODY, by)).toBe('unknown');
  expect(await enableAccount(people, NOBODY, by)).toBe('unknown');
  expect(await deleteAccount(people, NOBODY, by)).toBe('unknown');
  expect(await unlockAccount(people, NOBODY, by)).toBe('unknown');
  expect(await signOutEverywhere(people, NOBODY, by)).toBe('unknown');
  expect(await people.events(NOBODY)).toEqual([]);
});

it('lists people page by page, and finds them by a part of what they are called', async () => {
  for (let index = 0; index < 5; index += 1) {
    await people.invite({
      email: `page${index}@example.com`,
      profile: { familyName: `100%_${index}\\` },
    });
  }
  const first = await people.accounts.list({ limit: 3, search: 'PAGE' });
  const rest = await people.accounts.list({
    limit: 3,
    search: 'PAGE',
    after: first.at(-1)?.id ?? '',
  });
  expect([...first, ...rest].map(({ email }) => email)).toEqual(
    [0, 1, 2, 3, 4].map((index) => `page${index}@example.com`),
  );
  const found = async (search: string) =>
    (await people.accounts.list({ limit: 10, search })).map(({ email }) => email);
  expect(await found('100%_3\\')).toEqual(['page3@example.com']);
  expect(await found('1__%')).toEqual([]);
  expect(await people.accounts.list({ limit: 3, after: 'nobody' })).toEqual([]);
  expect(await found('page\x003@')).toEqual(['page3@example.com']);
});
