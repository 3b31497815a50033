import { randomBytes } from 'node:crypto';
import { ensureKeys } from '../../src/keys/make-keys.ts';
import { readSettings } from '../../src/settings/settings.ts';
import { openDatabase } from '../../src/stores/postgres/database.ts';
import { postgresJobs } from '../../src/stores/postgres/jobs.ts';
import { furnish, keyCare } from '../../src/furnish.ts';
import { gatehouse } from '../support/command-line.ts';
import { databaseUrl } from '../support/database-url.ts';
import { type TestDatabase, freshDatabase } from '../support/database.ts';

const yesterday = () => new Date(Date.now() - 86_400_000);

let db: TestDatabase;
let env: Record<string, string>;
beforeEach(async () => {
  db = await freshDatabase();
  env = {
    DATABASE_URL: databaseUrl(db.config),
    GATEHOUSE_SECRET: randomBytes(32).toString('base64'),
  };
  const settings = readSettings(env);
  const jobs = postgresJobs({ config: db.config, worker: false, onError: () => {} });
  const house = furnish(settings, {
    database: openDatabase(db.config, { statementMs: 30_000 }),
    jobs,
    now: yesterday,
  });
  await ensureKeys(keyCare(house, { actor: 'system' }));
  await house.close();
});
afterEach(() => db.close());

interface Shown {
  kid: string;
  state: string;
}

async function listed(): Promise<Shown[]> {
  const { out } = await gatehouse(['keys', 'list', '--json'], { env });
  const keys: Shown[] = JSON.parse(out);
  return keys;
}

it('lists the keys, without their private halves', async () => {
  const keys = await listed();
  expect(keys.map(({ state }) => state)).toEqual(['current', 'next']);
  const { code, out } = await gatehouse(['keys', 'list'], { env });
  expect(code).toBe(0);
  expect(out.split('\n')[0]).toMatch(/^[\w-]{43} {2}current {2}signs from 20\d\d-/);
  expect(JSON.stringify(keys)).not.toMatch(/seal/i);
});

it('rotates: the next key signs now', async () => {
  const next = (await listed()).at(-1)?.kid;
  const rotated = await gatehouse(['keys', 'rotate'], { env });
  expect(rotated).toMatchObject({ code: 0, out: `Key ${next} signs now.\n`, err: '' });
  expect((await listed()).map(({ state }) => state)).toEqual(['retiring', 'current', 'next']);
  const events = await db.prisma.auditEvent.findMany({ where: { actor: 'cli' } });
  expect(events.map(({ name }) => name)).toEqual(['key-signs', 'key-created']);

  const again = await gatehouse(['keys', 'rotate'], { env });
  expect(again.out).toMatch(/signs from 20\d\d-\S+Z: until then applications may hold a \/jwks/);
});

it('revokes a key, and says which one signs', async () => {
  const [current, next] = await listed();
  const revoked = await gatehouse(['keys', 'revoke', current?.kid ?? ''], { env });
  expect(revoked.out).toBe(`Revoked ${current?.kid}. Key ${next?.kid} signs now.\n`);
  const twice = await gatehouse(['keys', 'revoke', current?.kid ?? ''], { env });
  expect(twice).toMatchObject({ code: 1, err: 'That key is revoked already.\n' });
  const unknown = await gatehouse(['keys', 'revoke', 'nobody'], { env });
  expect(unknown.code).toBe(1);
});

it('revokes every key only when told so', async () => {
  expect(await gatehouse(['keys', 'revoke'], { env })).toMatchObject({ code: 2 });
  const { out } = await gatehouse(['keys', 'revoke', '--every', '--json'], { env });
  const { revoked, signs }: { revoked: string[]; signs: string } = JSON.parse(out);
  expect(revoked).toHaveLength(2);
  expect(revoked).not.toContain(signs);
  expect((await listed()).find(({ state }) => state === 'current')?.kid).toBe(signs);
});

it('makes no key under another secret than the server has', async () => {
  const other = { ...env, GATEHOUSE_SECRET: randomBytes(32).toString('base64') };
  const { code, err } = await gatehouse(['keys', 'rotate'], { env: other });
  expect(code).toBe(1);
  expect(err).toContain('GATEHOUSE_SECRET does not open signing key');
  expect(await listed()).toHaveLength(2);
});
