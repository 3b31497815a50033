import { createAccount } from '../../src/accounts/create-account.ts';
import { type People, openPeople } from '../support/accounts.ts';

let people: People;
beforeAll(async () => {
  people = await openPeople();
});
afterAll(() => people.close());

const create = (email: string, username?: string) =>
  createAccount(
    people,
    {
      email,
      ...(username && { username }),
      password: 'correct horse battery',
      admin: false,
      by: 'sign-up',
    },
    { actor: 'person' },
  );

it('gives everybody a random id, and keeps the address as typed beside its canonical form', async () => {
  const made = await create('Ada@Example.com');
  const account = await people.accounts.findByEmail('ada@example.com');
  expect(made).toEqual({ outcome: 'created', id: account?.id });
  expect(account).toMatchObject({ email: 'Ada@Example.com', credentialVersion: 1 });
  expect(account?.id).toMatch(/^[\da-f]{8}-[\da-f]{4}-4/);
  expect(account).not.toHaveProperty('disabledAt');
});

it('of many who sign up at once with one address in different spellings, one gets the account', async () => {
  for (let round = 0; round < 50; round += 1) {
    const name = `race${round}`;
    const spellings = [`${name}@Example.com`, `${name.toUpperCase()}@example.com`];
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, (_, index) => create(spellings[index % 2] ?? '')),
    );
    const told = outcomes.map(({ outcome }) => outcome);
    expect(told.filter((outcome) => outcome === 'created')).toHaveLength(1);
    expect(told.filter((outcome) => outcome === 'email-taken')).toHaveLength(7);
  }
  const rows = await people.db.prisma.account.count({ where: { email: { startsWith: 'race' } } });
  expect(rows).toBeLessThanOrEqual(50);
});

it('of many who want one user name at once, one gets it, and every account has its event', async () => {
  for (let round = 0; round < 50; round += 1) {
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        create(`n${round}.${index}@example.com`, index % 2 ? `Name${round}` : `NAME${round}`),
      ),
    );
    const told = outcomes.map(({ outcome }) => outcome);
    expect(told.filter((outcome) => outcome === 'created')).toHaveLength(1);
    expect(told.filter((outcome) => outcome === 'username-taken')).toHaveLength(7);
  }
  const [accounts, events] = await Promise.all([
    people.db.prisma.account.count(),
    people.db.prisma.auditEvent.count({ where: { name: 'account-created' } }),
  ]);
  expect(events).toBe(accounts);
});

it('lists all flaws at once and writes nothing', async () => {
  const before = await people.db.prisma.account.count();
  const made = await createAccount(
    people,
    {
      email: 'nobody',
      username: 'a',
      password: 'short',
      profile: { locale: '?' },
      admin: false,
      by: 'cli',
    },
    { actor: 'cli' },
  );
  expect(made).toEqual({
    outcome: 'flawed',
    flaws: [
      { field: 'email', flaw: 'no-address' },
      { field: 'username', flaw: 'too-short' },
      { field: 'password', flaw: 'too-short' },
      { field: 'locale', flaw: 'not-valid' },
    ],
  });
  expect(await people.db.prisma.account.count()).toBe(before);
});

it('makes no account whose event cannot be written', async () => {
  const broken: People = {
    ...people,
    atomically: (work) =>
      people.atomically((ports) =>
        work({
          ...ports,
          audit: { ...ports.audit, record: () => Promise.reject(new Error('no room')) },
        }),
      ),
  };
  const wish = { email: 'lost@example.com', admin: false, by: 'cli' as const };
  await expect(createAccount(broken, wish, { actor: 'cli' })).rejects.toThrow('no room');
  expect(await people.accounts.findByEmail('lost@example.com')).toBeUndefined();
});
