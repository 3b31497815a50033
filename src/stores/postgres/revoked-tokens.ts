import type { Pool } from 'pg';
import type { RevokedTokenStore } from '../../oidc/protocol-store.ts';
import { named } from './database.ts';

/** The deny-list of client-credentials tokens, in PostgreSQL: no lost cache brings one back to life. */
export function postgresRevokedTokens(pool: Pool): RevokedTokenStore {
  return {
    async revoke(id, expiresAt) {
      await named(pool, REVOKE, [id, expiresAt]);
    },
    async isRevoked(id) {
      return (await named(pool, IS_REVOKED, [id])).rowCount === 1;
    },
  };
}

const REVOKE = `INSERT INTO revoked_tokens (id, expires_at) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING`;
const IS_REVOKED = `SELECT 1 FROM revoked_tokens WHERE id = $1`;
