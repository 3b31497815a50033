import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client, type ClientConfig } from 'pg';
import { migrate, migrateDown } from '../../src/stores/migrate.ts';
import { MIGRATIONS, migrationStatus, readMigrations } from '../../src/stores/migrations.ts';
import { gatehouse } from '../support/command-line.ts';
import { databaseUrl } from '../support/database-url.ts';
import { createDatabase } from '../support/database.ts';
import { hasPostgres15, startPostgres15 } from '../support/postgres-15.ts';
import { runProgram } from '../support/program.ts';
import { schemaOf } from '../support/schema-of.ts';

const ALL = readMigrations().map(({ name }) => name);
const NEW_MIGRATION = join(import.meta.dirname, '../support/new-migration.ts');

let config: ClientConfig;
let drop: () => Promise<void>;
let client: Client;
let directory: string;

beforeEach(async () => {
  ({ config, drop } = await createDatabase());
  client = new Client(config);
  await client.connect();
  directory = mkdtempSync(join(tmpdir(), 'gatehouse-migrations-'));
  cpSync(MIGRATIONS, directory, { recursive: true });
});
afterEach(async () => {
  await client.end();
  await drop();
  rmSync(directory, { recursive: true });
});

function add(name: string, up: string, down?: string): void {
  mkdirSync(join(directory, name), { recursive: true });
  writeFileSync(join(directory, name, 'migration.sql'), up);
  if (down !== undefined) writeFileSync(join(directory, name, 'down.sql'), down);
}

async function missingSql(...databases: ClientConfig[]): Promise<string> {
  const program = [NEW_MIGRATION, ...databases.map(databaseUrl)];
  const { stdout } = await promisify(execFile)(process.execPath, program);
  return stdout.trim();
}

const NEXT = '29991231000000_next';
const LAST = '29991231000001_last';

describe('the migrations', () => {
  it('make what schema.prisma says', async () => {
    const other = await createDatabase();
    await Promise.all([migrate(config), migrate(other.config)]);
    await client.query('ALTER TABLE accounts DROP COLUMN phone');
    const sql = await missingSql(other.config, config);
    await other.drop();
    expect(sql).toBe(
      '-- This is an empty migration.\n-- AlterTable\nALTER TABLE "accounts" ADD COLUMN     "phone" TEXT;',
    );
  });

  it('can be undone one by one, leave nothing, and make the same again', async () => {
    expect(await migrate(config)).toEqual(ALL);
    const before = await schemaOf(client);
    for (const name of ALL.toReversed()) expect(await migrateDown(config)).toBe(name);
    expect(await migrateDown(config)).toBeUndefined();
    expect(await schemaOf(client)).toEqual([]);
    expect(await migrate(config)).toEqual(ALL);
    expect(await schemaOf(client)).toEqual(before);
  });

  for (const start of hasPostgres15 ? [startPostgres15] : []) {
    it('run on PostgreSQL 15', async () => {
      const old = await start();
      try {
        expect(await migrate(old.config)).toEqual(ALL);
        expect(await migrateDown(old.config)).toBe(ALL.at(-1));
      } finally {
        await old.stop();
      }
    });
  }
});

describe('migrate', () => {
  it('lets one of five processes that start at once on an empty database do the work', async () => {
    const answers = await Promise.all(
      Array.from({ length: 5 }, () =>
        runProgram('migrate', { args: [JSON.stringify(config)] }).hear(),
      ),
    );
    expect(answers).toHaveLength(5);
    expect(answers.filter((answer) => applied(answer).length > 0)).toEqual([{ applied: ALL }]);
    expect(await migrationStatus(config)).toMatchObject({ applied: ALL, missing: [] });
  });

  it('leaves no trace of a migration in whose middle it was killed, and the next run makes it', async () => {
    add(NEXT, 'CREATE TABLE next (id INT); SELECT pg_sleep(30);', 'DROP TABLE next;');
    const killed = runProgram('migrate', { args: [JSON.stringify(config), directory] });
    await until(
      "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'",
    );
    await killed.end('SIGKILL');
    expect(await migrationStatus(config, directory)).toMatchObject({ applied: ALL });
    add(NEXT, 'CREATE TABLE next (id INT);');
    expect(await migrate(config, { directory, patienceMs: 10_000 })).toEqual([NEXT]);
  });

  it('undoes a migration that fails, says why, and keeps those before it', async () => {
    add(NEXT, 'CREATE TABLE next (id INT);');
    add(LAST, 'CREATE TABLE last (id INT); SELECT 1 / 0;');
    await expect(migrate(config, { directory })).rejects.toThrow(
      `${LAST} failed and left nothing behind: division by zero`,
    );
    const status = await migrationStatus(config, directory);
    expect(status).toMatchObject({ applied: [...ALL, NEXT], missing: [LAST] });
    add(LAST, 'CREATE TABLE last (id INT);');
    expect(await migrate(config, { directory })).toEqual([LAST]);
  });

  it('refuses a migration that was edited after it was applied', async () => {
    add(NEXT, 'CREATE TABLE next (id INT);');
    await migrate(config, { directory });
    add(NEXT, 'CREATE TABLE next (id BIGINT);', 'DROP TABLE next;');
    const refusal = `${NEXT} was edited after it was applied`;
    await expect(migrate(config, { directory })).rejects.toThrow(refusal);
    await expect(migrateDown(config, { directory })).rejects.toThrow(refusal);
    expect(await migrationStatus(config, directory)).toMatchObject({ edited: [NEXT] });
  });

  it('works beside migrations of a newer version, and undoes none of them', async () => {
    add(NEXT, 'CREATE TABLE next (id INT);', 'DROP TABLE next;');
    await migrate(config, { directory });
    expect(await migrate(config)).toEqual([]);
    expect(await migrationStatus(config)).toMatchObject({ applied: ALL, newer: [NEXT] });
    await expect(migrateDown(config)).rejects.toThrow('newer than this version');
  });

  it('runs a statement that cannot stand in a transaction alone', async () => {
    const index = 'CREATE INDEX CONCURRENTLY IF NOT EXISTS next ON accounts (email)';
    add(NEXT, `-- no-transaction\n${index};`, 'DROP INDEX next;');
    expect(await migrate(config, { directory })).toEqual([...ALL, NEXT]);
    expect(await migrateDown(config, { directory })).toBe(NEXT);
  });

  it('does not undo what has no down.sql', async () => {
    add(NEXT, 'CREATE TABLE next (id INT);');
    await migrate(config, { directory });
    await expect(migrateDown(config, { directory })).rejects.toThrow('has no down.sql');
  });

  it('waits for another one, and says so when that takes too long', async () => {
    await client.query('SELECT pg_advisory_lock(72707369)');
    await expect(migrate(config, { patienceMs: 300 })).rejects.toThrow('Another migration');
    const waiting = migrate(config, { patienceMs: 5000 });
    await client.query('SELECT pg_advisory_unlock(72707369)');
    expect(await waiting).toEqual(ALL);
  });
});

async function run(...args: string[]) {
  const { code, out, err } = await gatehouse(['migrate', ...args], {
    env: { DATABASE_URL: databaseUrl(config) },
  });
  return { code, said: args.includes('--json') ? JSON.parse(out) : out + err };
}

describe('gatehouse migrate', () => {
  it('shows what is missing, applies it, and goes one step back', async () => {
    expect(await run('--status', '--json')).toMatchObject({
      code: 0,
      said: { applied: [], missing: ALL },
    });
    expect(await run('--json')).toEqual({ code: 0, said: { applied: ALL } });
    expect(await run()).toEqual({ code: 0, said: 'The schema is up to date.\n' });
    expect(await run('--down', '--json')).toEqual({ code: 0, said: { undone: ALL.at(-1) } });
    expect(await run('--down', '--status')).toMatchObject({ code: 2 });
  });

  it('fails with one sentence', async () => {
    await migrate(config);
    await client.query("UPDATE _prisma_migrations SET checksum = 'edited'");
    const { code, said } = await run();
    expect(code).toBe(1);
    expect(said).toMatch(/^\d+_\w+ was edited after it was applied: .*\n$/);
  });
});

function applied(answer: unknown): unknown[] {
  if (typeof answer !== 'object' || answer === null || !('applied' in answer)) return [];
  return Array.isArray(answer.applied) ? answer.applied : [];
}

async function until(query: string): Promise<void> {
  while ((await client.query(query)).rowCount === 0) await new Promise(setImmediate);
}
