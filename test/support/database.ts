import { randomUUID } from 'node:crypto';
import { Client, type ClientConfig } from 'pg';
import { type Database, openDatabase } from '../../src/stores/postgres/database.ts';

/** Made at the start of the run: an empty one, and one as a house leaves it, with its keys and the tables of its jobs. */
const TEMPLATES = { empty: 'gatehouse_template', house: 'gatehouse_house' };

export interface TestDatabase extends Database {
  config: ClientConfig;
  /** Also drops it. */
  close(): Promise<void>;
}

/** A database with the current schema, on the run's own PostgreSQL. */
export async function freshDatabase(kind: keyof typeof TEMPLATES = 'empty'): Promise<TestDatabase> {
  const { config, drop } = await createDatabase(TEMPLATES[kind]);
  // A busy machine is no fault of what is tested.
  const database = openDatabase(config, { connectMs: 10_000, statementMs: 10_000 });
  const close = async () => {
    await database.close();
    await drop();
  };
  return { ...database, config, close };
}

/** An empty database without any schema, or a copy of another one. */
export async function createDatabase(template = 'template1'): Promise<{
  config: ClientConfig;
  drop: () => Promise<void>;
}> {
  const server: ClientConfig = { host: process.env['TEST_POSTGRES'] ?? '', user: 'postgres' };
  const database = `test_${randomUUID().replaceAll('-', '')}`;
  await run(`CREATE DATABASE ${database} TEMPLATE ${template} STRATEGY file_copy`);
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
