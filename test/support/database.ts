import { randomUUID } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, type ClientConfig } from 'pg';
import { type Database, openDatabase } from '../../src/stores/postgres/database.ts';

const MIGRATIONS = join(import.meta.dirname, '../../prisma/migrations');

export interface TestDatabase extends Database {
  config: ClientConfig;
  /** Also drops it. */
  close(): Promise<void>;
}

/** An empty database with the current schema, on the run's own PostgreSQL. */
export async function freshDatabase(): Promise<TestDatabase> {
  const { config, drop } = await createDatabase();
  const client = new Client(config);
  await client.connect();
  for (const file of globSync('*/migration.sql', { cwd: MIGRATIONS }).toSorted()) {
    await client.query(readFileSync(join(MIGRATIONS, file), 'utf8'));
  }
  await client.end();
  const database = openDatabase(config);
  const close = async () => {
    await database.close();
    await drop();
  };
  return { ...database, config, close };
}

/** An empty database without any schema. */
export async function createDatabase(): Promise<{
  config: ClientConfig;
  drop: () => Promise<void>;
}> {
  const server: ClientConfig = { host: process.env['TEST_POSTGRES'] ?? '', user: 'postgres' };
  const database = `test_${randomUUID().replaceAll('-', '')}`;
  await run(`CREATE DATABASE ${database}`);
  return {
    config: { ...server, database },
    drop: () => run(`DROP DATABASE IF EXISTS ${database} WITH (FORCE)`),
  };

  async function run(statement: string): Promise<void> {
    const admin = new Client({ ...server, database: 'postgres' });
    await admin.connect();
    await admin.query(statement);
    await admin.end();
  }
}
