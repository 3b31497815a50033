import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { Client, type ClientConfig } from 'pg';
import { groundFaults } from '../../src/doctor/database.ts';
import type { Diagnosis } from '../../src/doctor/examine.ts';
import type { Finding } from '../../src/doctor/finding.ts';
import { migrate } from '../../src/stores/migrate.ts';
import { groundOf } from '../../src/stores/postgres/examine.ts';
import { gatehouse } from '../support/command-line.ts';
import { type TestDatabase, createDatabase, freshDatabase } from '../support/database.ts';
import { databaseUrl } from '../support/database-url.ts';
import { hasPostgres15, startPostgres15 } from '../support/postgres-15.ts';
import { startRedisServer } from '../support/redis-server.ts';

interface Told extends Pick<Diagnosis, 'counts'> {
  findings: Finding[];
  examined: { part: string; seen: boolean; told: string }[];
}

const SECRET = randomBytes(32).toString('base64');

let database: TestDatabase;
beforeAll(async () => {
  database = await freshDatabase();
});
afterAll(() => database.close());

/** Of what was found, what concerns these parts. */
async function ask(
  env: Record<string, string>,
  family: RegExp,
): Promise<{ code: number | null; findings: Map<string, Finding>; told: string }> {
  const { code, out } = await gatehouse(['doctor', '--json'], {
    env: {
      GATEHOUSE_SECRET: SECRET,
      DATABASE_URL: databaseUrl(database.config),
      ...env,
    },
  });
  const { findings, examined }: Told = JSON.parse(out);
  // How quick this machine is at this moment is no matter of the test.
  const ours = findings.filter(({ name }) => family.test(name) && !name.endsWith('-slow'));
  return {
    code,
    findings: new Map(ours.map((finding) => [finding.name, finding])),
    told: examined.map(({ part, told }) => `${part}: ${told}`).join('\n'),
  };
}

async function sql(config: ClientConfig, ...statements: string[]): Promise<void> {
  const client = new Client(config);
  await client.connect();
  for (const statement of statements) await client.query(statement);
  await client.end();
}

describe('a database', () => {
  it('that is well is told in one line', async () => {
    const { told, findings } = await ask({}, /^database-/);
    expect(told).toMatch(
      /Database: PostgreSQL 18\.\d+, schema up to date, \d+\.\d ms a round trip/,
    );
    expect(told).toMatch(/Its clock: within \d+ ms of the database's/);
    // The test run's own server is one for tests: its superuser has no password, and it is not careful.
    expect([...findings.keys()].toSorted()).toEqual(['database-forgetful', 'database-superuser']);
  });

  it('whose migrations are missing is an error in production, and the next start’s business else', async () => {
    const empty = await createDatabase();
    const url = databaseUrl(empty.config);
    const later = await ask({ DATABASE_URL: url, GATEHOUSE_MIGRATE: 'manual' }, /migrations/);
    expect(later.code).toBe(1);
    expect(later.findings.get('database-migrations')).toMatchObject({
      severity: 'error',
      what: expect.stringMatching(/migrations are missing: 20261120000000_ground, /),
      fix: 'Run `npx gatehouse migrate`.',
    });
    const now = await ask({ DATABASE_URL: url }, /migrations/);
    expect(now.findings.get('database-migrations')?.severity).toBe('note');
    await empty.drop();
  });

  it('of a newer version, or with an edited migration, says so', async () => {
    const copy = await createDatabase('gatehouse_template');
    await sql(
      copy.config,
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at)
       VALUES ('x', 'x', '29990101000000_future', now())`,
      "UPDATE _prisma_migrations SET checksum = 'other' WHERE migration_name LIKE '%_ground'",
    );
    const { findings } = await ask({ DATABASE_URL: databaseUrl(copy.config) }, /^database-/);
    expect(findings.get('database-newer')?.what).toContain('29990101000000_future');
    expect(findings.get('database-migrations-edited')?.what).toContain('_ground');
    await copy.drop();
  });

  it('that takes no writes, or forgets what it acknowledged', async () => {
    const copy = await createDatabase('gatehouse_template');
    const name = copy.config.database ?? '';
    await sql(
      copy.config,
      `ALTER DATABASE ${name} SET default_transaction_read_only = on`,
      `ALTER DATABASE ${name} SET synchronous_commit = off`,
    );
    const { code, findings } = await ask({ DATABASE_URL: databaseUrl(copy.config) }, /^database-/);
    expect(code).toBe(1);
    expect(findings.get('database-read-only')?.what).toBe('The database is set to be read-only.');
    expect(findings.get('database-late-commits')?.severity).toBe('warning');
    expect(findings.get('database-forgetful')?.what).toContain('fsync');
    await copy.drop();
  });

  it('whose role may not use every table, or not make the schema of the jobs', async () => {
    const copy = await createDatabase('gatehouse_template');
    const role = `poor_${randomBytes(4).toString('hex')}`;
    await sql(
      copy.config,
      `CREATE ROLE ${role} LOGIN PASSWORD 'a very poor role'`,
      `GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ${role}`,
      `REVOKE UPDATE ON accounts FROM ${role}`,
    );
    const { findings } = await ask(
      { DATABASE_URL: databaseUrl({ ...copy.config, user: role }) },
      /^database-(privileges|superuser)/,
    );
    expect([...findings.keys()]).toEqual(['database-privileges']);
    await sql(copy.config, `DROP OWNED BY ${role}`, `DROP ROLE ${role}`);
    await copy.drop();
  });

  it.each([
    [
      'postgres://nobody-here@SOCKET/postgres',
      'database-login',
      /role "nobody-here" does not exist/,
    ],
    ['postgres://x:sesame-open-up@127.0.0.1:1/x', 'database-unreachable', /ECONNREFUSED/],
  ])('that cannot be used: %s', async (address, name, why) => {
    const url = address.replace('SOCKET', encodeURIComponent(process.env['TEST_POSTGRES'] ?? ''));
    const { code, findings } = await ask({ DATABASE_URL: url }, /^database-/);
    expect(code).toBe(1);
    expect([...findings.keys()]).toEqual([name]);
    expect(findings.get(name)?.what).toMatch(why);
  });

  it('with fewer connections than the settings may ask for', async () => {
    const { findings } = await ask(
      { GATEHOUSE_WORKERS: '8', DATABASE_POOL: '40' },
      /^database-connections/,
    );
    expect(findings.get('database-connections')?.what).toMatch(/may ask for 392 connections/);
  });

  if (hasPostgres15) {
    it('of the oldest version is well; of one older than that it is not', async () => {
      const old = await startPostgres15();
      await migrate(old.config);
      const { told, findings } = await ask({ DATABASE_URL: databaseUrl(old.config) }, /too-old/);
      expect(told).toMatch(/Database: PostgreSQL 15\.\d+, schema up to date/);
      expect(findings.size).toBe(0);
      const [fault] = groundFaults(await groundOf(old.config), 160_000);
      expect(fault).toMatchObject({ name: 'database-too-old', severity: 'error' });
      expect(fault?.what).toMatch(/^The database is PostgreSQL 15\.\d+\.$/);
      await old.stop();
    }, 30_000);
  }
});

if (process.env['TEST_REDIS']) {
  describe('a Redis', () => {
    it('that is well is told in one line', async () => {
      const { told, findings } = await ask(
        { REDIS_URL: process.env['TEST_REDIS'] ?? '' },
        /^redis-/,
      );
      expect(told).toMatch(/Redis: Redis \d+\.\d+\.\d+, noeviction, \d+\.\d ms a round trip/);
      expect([...findings.keys()]).toEqual(['redis-forgets-at-restart']);
    });

    it('that evicts, is nearly full or asks for another password', async () => {
      const poor = await startRedisServer(
        '--maxmemory-policy',
        'allkeys-lru',
        '--maxmemory',
        '1mb',
      );
      const client = new Redis(poor.url);
      await client.config('SET', 'requirepass', 'open-redis-sesame');
      client.disconnect();
      const at = `127.0.0.1:${poor.port}`;
      const { findings } = await ask({ REDIS_URL: `redis://:open-redis-sesame@${at}` }, /^redis-/);
      expect([...findings.keys()].toSorted()).toEqual([
        'redis-evicts',
        'redis-forgets-at-restart',
        'redis-full',
      ]);
      expect(findings.get('redis-evicts')).toMatchObject({
        severity: 'warning',
        what: 'This Redis forgets when it is full (maxmemory-policy allkeys-lru).',
      });
      const wrong = await ask({ REDIS_URL: `redis://:wrong-redis-sesame@${at}` }, /^redis-/);
      expect([...wrong.findings.keys()]).toEqual(['redis-login']);
      await poor.discard();
    });

    it('that is away', async () => {
      const { code, findings } = await ask({ REDIS_URL: 'redis://127.0.0.1:1' }, /^redis-/);
      expect(code).toBe(1);
      expect(findings.get('redis-unreachable')?.what).toMatch(/ECONNREFUSED/);
    });
  });
}
