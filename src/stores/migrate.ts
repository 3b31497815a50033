/**
 * Brings the schema up to date, or one step back. Keeps Prisma's folder layout, bookkeeping table and lock, so that
 * Prisma's own tools understand the result; knows nothing of what a migration says.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, type ClientConfig } from 'pg';
import {
  MIGRATIONS,
  type Migration,
  type RecordedMigration,
  makeTable,
  readMigrations,
  readRecord,
  recordedAs,
} from './migrations.ts';

/** The number that `prisma migrate deploy` locks too. */
const PRISMA_LOCK = 72_707_369;
const RETRY_MS = 200;

export interface MigrateOptions {
  directory?: string;
  /** How long another migration may hold the lock. */
  patienceMs?: number;
  /** The newest migration to apply; absent: all. */
  upTo?: string;
}

/** What stands in the way of a migration, in a sentence that says what to do. */
export class MigrationRefused extends Error {}

/** Applies what is missing, each migration in one transaction, and answers the names. Safe to call from many processes at once. */
export function migrate(config: ClientConfig, options: MigrateOptions = {}): Promise<string[]> {
  return locked(config, options, async (db, known) => {
    await makeTable(db);
    const record = await readRecord(db);
    const { upTo } = options;
    const wanted = known.filter(({ name }) => upTo === undefined || name <= upTo);
    const missing = wanted.filter((migration) => isMissing(migration, record));
    for (const migration of missing) await apply(db, migration);
    return missing.map(({ name }) => name);
  });
}

/** Undoes the newest migration by its `down.sql`; answers its name, or undefined where there is nothing to undo. */
export function migrateDown(
  config: ClientConfig,
  options: MigrateOptions = {},
): Promise<string | undefined> {
  return locked(config, options, async (db, known) => {
    const record = await readRecord(db);
    const newest = record.at(-1);
    if (!newest) return undefined;
    const migration = known.find(({ name }) => name === newest.name);
    if (!migration) {
      throw new MigrationRefused(
        `${newest.name} is newer than this version of Gatehouse: undo it with the version that brought it.`,
      );
    }
    refuseEdited(migration, newest);
    await undo(db, migration);
    return migration.name;
  });
}

function isMissing(migration: Migration, record: RecordedMigration[]): boolean {
  const row = record.find(({ name }) => name === migration.name);
  if (!row) return true;
  if (!row.finished) {
    throw new MigrationRefused(
      `${migration.name} failed half-way under another tool: repair the schema, then delete its unfinished row in _prisma_migrations.`,
    );
  }
  refuseEdited(migration, row);
  return false;
}

function refuseEdited(migration: Migration, row: RecordedMigration): void {
  if (row.checksum === migration.checksum) return;
  throw new MigrationRefused(
    `${migration.name} was edited after it was applied: restore its migration.sql, and put the change into a new migration.`,
  );
}

/** A migration that begins with this comment is one statement that may be repeated, such as CREATE INDEX CONCURRENTLY IF NOT EXISTS. */
const ALONE = '-- no-transaction';

async function apply(db: Client, migration: Migration): Promise<void> {
  const alone = migration.sql.startsWith(ALONE);
  try {
    if (!alone) await begin(db);
    await db.query(migration.sql);
    await recordedAs(db, migration);
    if (!alone) await db.query('COMMIT');
  } catch (error) {
    throw await undone(db, migration.name, error);
  }
}

async function undo(db: Client, migration: Migration): Promise<void> {
  if (migration.down === undefined) {
    throw new MigrationRefused(`${migration.name} cannot be undone: it has no down.sql.`);
  }
  try {
    await begin(db);
    await db.query(migration.down);
    await db.query(
      'UPDATE _prisma_migrations SET rolled_back_at = now() WHERE migration_name = $1 AND rolled_back_at IS NULL',
      [migration.name],
    );
    await db.query('COMMIT');
  } catch (error) {
    throw await undone(db, migration.name, error);
  }
}

/** Waiting for a table behind a long reader would make every later reader wait too. */
async function begin(db: Client): Promise<void> {
  await db.query("BEGIN; SET LOCAL lock_timeout = '5s'");
}

async function undone(db: Client, name: string, error: unknown): Promise<MigrationRefused> {
  await db.query('ROLLBACK').catch(() => {});
  const why = error instanceof Error ? error.message : String(error);
  return new MigrationRefused(`${name} failed and left nothing behind: ${why}`, { cause: error });
}

async function locked<T>(
  config: ClientConfig,
  { directory = MIGRATIONS, patienceMs = 120_000 }: MigrateOptions,
  work: (db: Client, known: Migration[]) => Promise<T>,
): Promise<T> {
  const db = new Client({
    ...config,
    application_name: 'gatehouse migrate',
    connectionTimeoutMillis: 5000,
    keepAlive: true,
  });
  // The query in progress reports the fault.
  db.on('error', () => {});
  await db.connect();
  try {
    // A long migration is no slow statement; and one whose program was killed must not hold the lock for long.
    await db.query("SET statement_timeout = 0; SET client_connection_check_interval = '1s'");
    await takeLock(db, patienceMs);
    return await work(db, readMigrations(directory));
  } finally {
    await db.end().catch(() => {});
  }
}

async function takeLock(db: Client, patienceMs: number): Promise<void> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const { rows } = await db.query<{ mine: boolean }>('SELECT pg_try_advisory_lock($1) AS mine', [
      PRISMA_LOCK,
    ]);
    if (rows[0]?.mine) return;
    if (performance.now() > deadline) {
      throw new MigrationRefused(
        `Another migration has held the lock for ${Math.round(patienceMs / 1000)} seconds; start again when it has ended.`,
      );
    }
    await sleep(RETRY_MS);
  }
}
