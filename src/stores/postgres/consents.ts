import type { Allowed } from '../../audit/events.ts';
import type { ConsentStore } from '../../sessions/store.ts';
import { union } from './allowed.ts';
import type { Db } from './database.ts';

/** What people agreed to, in PostgreSQL. */
export function postgresConsents(db: Db): ConsentStore {
  return {
    async find(accountId, clientId) {
      const where = { accountId_clientId: { accountId, clientId } };
      const row = await db.consent.findUnique({ where, select: { allowed: true } });
      const allowed: Allowed | undefined = Object(row)['allowed'];
      return allowed;
    },
    async remember(accountId, clientId, allowed) {
      await db.$executeRawUnsafe(REMEMBER, accountId, clientId, JSON.stringify(allowed));
    },
    async forget(accountId, clientId) {
      return (await db.consent.deleteMany({ where: { accountId, clientId } })).count === 1;
    },
  };
}

const REMEMBER = `INSERT INTO consents AS c (account_id, client_id, allowed, created_at, updated_at)
  VALUES ($1::uuid, $2, $3::jsonb, now(), now())
  ON CONFLICT (account_id, client_id) DO UPDATE SET
    allowed = ${union('c.allowed', 'excluded.allowed')}, updated_at = now()`;
