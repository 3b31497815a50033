import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Client, type ClientConfig } from 'pg';

/** Prisma's layout: one folder a migration, sorted by name, with migration.sql; ours has down.sql beside it. */
export const MIGRATIONS = join(import.meta.dirname, '../../prisma/migrations');

export interface Migration {
  name: string;
  sql: string;
  down?: string;
  checksum: string;
}

/** A row of Prisma's table that was not rolled back. */
export interface RecordedMigration {
  name: string;
  checksum: string;
  finished: boolean;
}

export interface MigrationStatus {
  applied: string[];
  missing: string[];
  /** Applied, and since then edited: nothing is applied until that is mended. */
  edited: string[];
  /** Applied by a newer version; this one works on the new schema (expand, then contract). */
  newer: string[];
}

export function readMigrations(directory = MIGRATIONS): Migration[] {
  return readdirSync(directory)
    .filter((name) => /^\d{14}_/.test(name))
    .toSorted()
    .map((name) => readMigration(directory, name));
}

function readMigration(directory: string, name: string): Migration {
  const sql = readFileSync(join(directory, name, 'migration.sql'), 'utf8');
  const down = join(directory, name, 'down.sql');
  return {
    name,
    sql,
    ...(existsSync(down) && { down: readFileSync(down, 'utf8') }),
    checksum: createHash('sha256').update(sql).digest('hex'),
  };
}

export async function migrationStatus(
  config: ClientConfig,
  directory = MIGRATIONS,
): Promise<MigrationStatus> {
  const db = new Client({ ...config, connectionTimeoutMillis: 5000 });
  db.on('error', () => {});
  await db.connect();
  try {
    return compare(readMigrations(directory), await readRecord(db));
  } finally {
    await db.end().catch(() => {});
  }
}

function compare(known: Migration[], record: RecordedMigration[]): MigrationStatus {
  const rows = new Map(record.map((row) => [row.name, row]));
  const names = new Set(known.map(({ name }) => name));
  const isApplied = ({ name }: { name: string }) => rows.get(name)?.finished === true;
  const isEdited = ({ name, checksum }: Migration) => rows.get(name)?.checksum !== checksum;
  return {
    applied: known
      .filter((migration) => isApplied(migration) && !isEdited(migration))
      .map(({ name }) => name),
    missing: known.filter((migration) => !isApplied(migration)).map(({ name }) => name),
    edited: known
      .filter((migration) => isApplied(migration) && isEdited(migration))
      .map(({ name }) => name),
    newer: record.filter(({ name }) => !names.has(name)).map(({ name }) => name),
  };
}

/** Oldest first; empty where there is no table yet. */
export async function readRecord(db: Client): Promise<RecordedMigration[]> {
  const table = await db.query<{ there: boolean }>(
    "SELECT to_regclass('_prisma_migrations') IS NOT NULL AS there",
  );
  if (!table.rows[0]?.there) return [];
  const { rows } = await db.query<RecordedMigration>(
    `SELECT migration_name AS name, checksum, finished_at IS NOT NULL AS finished
     FROM _prisma_migrations WHERE rolled_back_at IS NULL ORDER BY migration_name COLLATE "C"`,
  );
  return rows;
}

/** Column for column as Prisma makes it. */
export async function makeTable(db: Client): Promise<void> {
  await db.query(`CREATE TABLE IF NOT EXISTS _prisma_migrations (
    id VARCHAR(36) PRIMARY KEY NOT NULL,
    checksum VARCHAR(64) NOT NULL,
    finished_at TIMESTAMPTZ,
    migration_name VARCHAR(255) NOT NULL,
    logs TEXT,
    rolled_back_at TIMESTAMPTZ,
    started_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    applied_steps_count INTEGER NOT NULL DEFAULT 0
  )`);
}

export async function recordedAs(db: Client, { name, checksum }: Migration): Promise<void> {
  await db.query(
    `INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
     VALUES ($1, $2, $3, now(), clock_timestamp(), 1)`,
    [randomUUID(), checksum, name],
  );
}
