import { postgresApis } from './apis.ts';
import { postgresClients } from './clients.ts';
import type { Db } from './database.ts';

/** Every port that PostgreSQL keeps, on the database or inside one transaction. */
export function durablePorts(db: Db) {
  return { db, clients: postgresClients(db), apis: postgresApis(db) };
}

export type Durable = ReturnType<typeof durablePorts>;
