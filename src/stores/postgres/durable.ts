import { postgresAccounts } from './accounts.ts';
import { postgresAddressProofs } from './address-proofs.ts';
import { postgresApis } from './apis.ts';
import { postgresAudit } from './audit.ts';
import { postgresClients } from './clients.ts';
import { postgresConsents } from './consents.ts';
import type { Db } from './database.ts';
import { postgresGrants } from './grants.ts';
import { postgresKnownBrowsers } from './known-browsers.ts';
import { postgresLetterbox } from './letterbox.ts';
import { postgresLogoutNotices } from './logout-notices.ts';
import { postgresMails } from './mails.ts';
import { postgresSessions } from './sessions.ts';
import { postgresSigningKeys } from './signing-keys.ts';

/** Every port that PostgreSQL keeps, on the database or inside one transaction. */
export function durablePorts(db: Db) {
  return {
    db,
    accounts: postgresAccounts(db),
    audit: postgresAudit(db),
    clients: postgresClients(db),
    apis: postgresApis(db),
    sessions: postgresSessions(db),
    grants: postgresGrants(db),
    consents: postgresConsents(db),
    proofs: postgresAddressProofs(db),
    knownBrowsers: postgresKnownBrowsers(db),
    signingKeys: postgresSigningKeys(db),
    logoutNotices: postgresLogoutNotices(db),
    mails: postgresMails(db),
    letterbox: postgresLetterbox(db),
  };
}

export type Durable = ReturnType<typeof durablePorts>;
