import { gatehouse } from '../support/command-line.ts';
import { databaseUrl } from '../support/database-url.ts';
import { type TestDatabase, freshDatabase } from '../support/database.ts';

let db: TestDatabase;
let env: NodeJS.ProcessEnv;
beforeAll(async () => {
  db = await freshDatabase();
  env = { DATABASE_URL: databaseUrl(db.config) };
});
afterAll(() => db.close());

it('makes a person, with the password from one line of input, audited as cli', async () => {
  const made = await gatehouse(['user', 'create', 'You@Example.com', '--admin', '--json'], {
    env,
    input: 'correct horse battery\n',
  });
  expect(made).toMatchObject({ code: 0, err: '' });
  const { id, email }: { id: string; email: string } = JSON.parse(made.out);
  expect(email).toBe('You@Example.com');

  const row = await db.prisma.account.findUniqueOrThrow({ where: { id } });
  expect(row).toMatchObject({ emailCanonical: 'you@example.com', admin: true });
  expect(row.passwordHash).toMatch(/^\$argon2id\$v=19\$m=19456,p=1,t=2\$/);
  const events = await db.prisma.auditEvent.findMany({ where: { accountId: id } });
  expect(events).toMatchObject([{ name: 'account-created', actor: 'cli' }]);
});
