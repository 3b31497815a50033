import { type CommandAnswer, gatehouse } from '../support/command-line.ts';
import { databaseUrl } from '../support/database-url.ts';
import { type TestDatabase, freshDatabase } from '../support/database.ts';

const PASSWORD = 'correct horse battery';

let db: TestDatabase;
let env: NodeJS.ProcessEnv;
beforeAll(async () => {
  db = await freshDatabase();
  env = { DATABASE_URL: databaseUrl(db.config) };
});
afterAll(() => db.close());

const run = (...args: string[]) => gatehouse(args, { env });
const runWith = (input: string, ...args: string[]) => gatehouse(args, { env, input });

type Printed = Record<string, unknown>;

function one({ out }: CommandAnswer): Printed {
  return JSON.parse(out);
}

function many({ out }: CommandAnswer): Printed[] {
  return JSON.parse(out);
}

async function make(email: string, ...options: string[]): Promise<string> {
  const made = await runWith(`${PASSWORD}\n`, 'user', 'create', email, ...options, '--json');
  expect(made).toMatchObject({ code: 0, err: '' });
  return String(one(made)['id']);
}

const rowOf = (id: string) => db.prisma.account.findUniqueOrThrow({ where: { id } });

async function told(accountId: string): Promise<string[]> {
  const events = await db.prisma.auditEvent.findMany({
    where: { accountId },
    orderBy: { id: 'asc' },
  });
  expect(new Set(events.map(({ actor }) => actor))).toEqual(new Set(['cli']));
  return events.map(({ name }) => name);
}

it('makes a person, with the password from one line of input, audited as cli', async () => {
  const id = await make('You@Example.com', '--admin', '--verified', '--username', 'You');
  const row = await rowOf(id);
  expect(row).toMatchObject({
    email: 'You@Example.com',
    emailCanonical: 'you@example.com',
    usernameCanonical: 'you',
    admin: true,
    emailVerifiedAt: expect.any(Date),
  });
  expect(row.passwordHash).toMatch(/^\$argon2id\$v=19\$m=19456,p=1,t=2\$/);
  expect(await told(id)).toEqual(['account-created']);

  const again = await runWith(`${PASSWORD}\n`, 'user', 'create', 'YOU@example.com');
  expect(again).toEqual({ code: 1, out: '', err: 'Somebody has that e-mail address already.\n' });
});

it('shows a person by address, user name or id, and never the hash', async () => {
  const id = await make('ada@example.com', '--username', 'Ada', '--given-name', 'Ada');
  for (const who of ['ADA@example.com', 'ada', id]) {
    const shown = await run('user', 'show', who, '--json');
    expect(one(shown)).toMatchObject({
      id,
      email: 'ada@example.com',
      username: 'Ada',
      givenName: 'Ada',
      emailVerified: false,
      disabled: false,
      hasPassword: true,
      sessions: [],
    });
    expect(shown.out).not.toContain('argon2');
  }
  await db.prisma.session.create({
    data: {
      id: 'a-session',
      accountId: id,
      signOutVersion: 1,
      startedAt: new Date(),
      lastUsedAt: new Date(),
      idleS: 3600,
      expiresAt: new Date(Date.now() + 3_600_000),
      ip: '192.0.2.7',
    },
  });
  const forPeople = await run('user', 'show', 'ada');
  expect(forPeople.out).toMatch(/^signed in +last used .* 192\.0\.2\.7$/m);
  expect(forPeople.out).toMatch(/^email\s+ada@example\.com$/m);

  const listed = await run('user', 'list', '--search', 'ADA@', '--json');
  expect(many(listed)).toMatchObject([{ id }]);
  expect(listed.out).not.toContain('argon2');
});

it('takes a person through a whole life, each step told once', async () => {
  const id = await make('life@example.com');
  const before = await rowOf(id);
  const steps = [
    await run('user', 'disable', 'life@example.com'),
    await run('user', 'disable', 'life@example.com'),
    await run('user', 'enable', 'life@example.com'),
    await run('user', 'sign-out', 'life@example.com'),
    await run('user', 'unlock', 'life@example.com'),
    await runWith('another password\r\n', 'user', 'set-password', 'life@example.com'),
  ];
  expect(steps.map(({ code, err }) => ({ code, err }))).toEqual(
    steps.map(() => ({ code: 0, err: '' })),
  );
  const after = await rowOf(id);
  expect(after).toMatchObject({ disabledAt: null, credentialVersion: 2, signOutVersion: 4 });
  expect(after.passwordHash).not.toBe(before.passwordHash);

  const deleted = await run('user', 'delete', 'life@example.com', '--json');
  expect(deleted).toMatchObject({ code: 0, err: '' });
  expect(one(deleted)).toEqual({ id, email: 'life@example.com', outcome: 'deleted' });
  expect(await told(id)).toEqual([
    'account-created',
    'account-disabled',
    'account-enabled',
    'signed-out-everywhere',
    'account-unlocked',
    'password-changed',
    'account-deleted',
  ]);
  const gone = await run('user', 'show', id);
  expect(gone).toEqual({ code: 1, out: '', err: 'There is no such person.\n' });
});

it('lists the trail by who, what and when', async () => {
  const id = await make('trail@example.com');
  await run('user', 'disable', id);
  const list = async (...filters: string[]) =>
    many(await run('audit', 'list', '--person', 'trail@example.com', ...filters, '--json'));
  const all = await list();
  expect(all).toMatchObject([
    { name: 'account-disabled', actor: 'cli', accountId: id },
    { name: 'account-created', actor: 'cli', details: { by: 'cli', admin: false } },
  ]);
  expect(await list('--event', 'account-created')).toHaveLength(1);
  expect(await list('--before', String(all[0]?.['id']))).toHaveLength(1);
  expect(await list('--limit', '1', '--since', '5m')).toHaveLength(1);
  expect(await list('--since', '2999-01-01')).toEqual([]);

  const forPeople = await run('audit', 'list', '--person', id);
  expect(forPeople.out).toMatch(/account-disabled {2}by cli/);
});

it.each([
  ['short\n', 'The password is too short: 8 characters or more.'],
  [
    'Password1\n',
    'The password is one of the 10,000 most common: it is tried first wherever somebody guesses.',
  ],
  ['gatehouse rules\n', 'The password holds the name of this service.'],
  ['bad@example\n', 'The password holds the e-mail address, or a part of it.'],
  [`${'x'.repeat(200)}\n`, 'The password is too long: 128 characters at most.'],
  ['12345678\0\n', 'The password holds characters that cannot be stored.'],
])('refuses a bad password in one sentence: %j', async (input, sentence) => {
  const refused = await runWith(input, 'user', 'create', 'bad@example.com');
  expect(refused).toEqual({ code: 1, out: '', err: `${sentence}\n` });
});

it.each([[''], ['\n'], ['x'.repeat(100_000)]])(
  'takes no password out of nothing, nor without end',
  async (input) => {
    const refused = await runWith(input, 'user', 'create', 'none@example.com');
    expect(refused).toMatchObject({ code: 2, out: '' });
  },
);

it('stops a name from steering the terminal', async () => {
  await db.prisma.account.create({
    data: {
      id: '11111111-1111-4111-8111-111111111111',
      email: 'esc@example.com',
      emailCanonical: 'esc@example.com',
      givenName: '\u001b[2Jgone\u009b31m',
    },
  });
  const shown = await run('user', 'show', 'esc@example.com');
  expect(shown.out).toContain('[2Jgone31m');
  expect(shown.out).not.toContain('\u001b');
  expect(shown.out).not.toContain('\u009b');
});
