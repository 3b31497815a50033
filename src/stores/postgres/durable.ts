import { postgresAccounts } from './accounts.ts';
import { postgresApis } from './apis.ts';
import { postgresAudit } from './audit.ts';
import { postgresClients } from './clients.ts';
import type { Db } from './database.ts';
import { postgresSigningKeys } from './signing-keys.ts';

/** Every port that PostgreSQL keeps, on the database or inside one transaction. */
export function durablePorts(db: Db) {
  return {
    db,
    accounts: postgresAccounts(db),
    audit: postgresAudit(db),
    clients: postgresClients(db),
    apis: postgresApis(db),
    signingKeys: postgresSigningKeys(db),
  };
}

export type Durable = ReturnType<typeof durablePorts>;
