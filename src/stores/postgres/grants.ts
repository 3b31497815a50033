import type { Grant, GrantStore } from '../../sessions/store.ts';
import { union } from './allowed.ts';
import type { Db } from './database.ts';
import { GRANT, type Row, read, selected } from './rows.ts';

/** Grants in PostgreSQL. One row for a session, client and kind; the database widens it, so that parallel callers agree. */
export function postgresGrants(db: Db): GrantStore {
  return {
    obtain: (grant) => obtain(db, grant),
    async revoke(id, at) {
      const where = { id, revokedAt: null };
      return (await db.grant.updateMany({ where, data: { revokedAt: at } })).count === 1;
    },
    async revokeAll(accountId, clientId, at) {
      const where = { accountId, clientId, revokedAt: null };
      return (await db.grant.updateMany({ where, data: { revokedAt: at } })).count;
    },
  };
}

const OBTAIN = `INSERT INTO grants AS g
    (id, account_id, client_id, session_id, sign_out_version, offline, allowed, created_at, expires_at)
  VALUES ($1, $2::uuid, $3, $4, $5::int, $6::boolean, $7::jsonb, $8::timestamptz, $9::timestamptz)
  ON CONFLICT (session_id, client_id, offline) DO UPDATE SET
    allowed = ${union('g.allowed', 'excluded.allowed')}, expires_at = greatest(g.expires_at, excluded.expires_at)
  WHERE g.account_id = excluded.account_id AND g.revoked_at IS NULL
    AND g.expires_at > excluded.created_at AND g.sign_out_version = excluded.sign_out_version
  RETURNING ${selected('g', GRANT)}`;

/** A dead grant makes room for the next one. Its refresh tokens go with it: they are as dead as they can be. */
const CLEAR = `DELETE FROM grants
  WHERE session_id = $1 AND client_id = $2 AND offline = $3::boolean AND account_id = $4::uuid
    AND (revoked_at IS NOT NULL OR expires_at <= $5::timestamptz OR sign_out_version < $6::int)`;

const ATTEMPTS = 5;

async function obtain(db: Db, grant: Grant): Promise<Grant> {
  const { accountId, clientId, sessionId, signOutVersion, offline, createdAt } = grant;
  const made = [grant.id, accountId, clientId, sessionId, signOutVersion, offline];
  const wanted = [JSON.stringify(grant.allowed), createdAt, grant.expiresAt];
  const dead = [sessionId, clientId, offline, accountId, createdAt, signOutVersion];
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const [row] = await db.$queryRawUnsafe<Row[]>(OBTAIN, ...made, ...wanted);
    if (row) return read<Grant>(row, 'g', GRANT);
    await db.$executeRawUnsafe(CLEAR, ...dead);
  }
  throw new Error(
    'The grant of this session and client belongs to somebody else, or to a later sign-in.',
  );
}
