import type { Pool } from 'pg';
import type { Vitals, VitalsStore } from '../../oidc/protocol-store.ts';
import type { Account } from '../../accounts/account.ts';
import type { Grant, SessionLife } from '../../sessions/store.ts';
import { askedTogether } from './asked-together.ts';
import { named } from './database.ts';
import { ACCOUNT, GRANT, SESSION, asJson, fromJson } from './rows.ts';

/**
 * Whether anything lives, decided in one place and one round trip. "Sign out everywhere", a new password and a disabled
 * account only change the account; an ended session only its own row: no list of tokens has to be found and marked.
 */
export function postgresVitals(pool: Pool): VitalsStore {
  return {
    ofGrant: askedTogether(async (grantIds, at) => {
      const { rows } = await named<GrantRow>(pool, OF_GRANTS, [grantIds, at]);
      return new Map(rows.map((row) => [row.id, vitalsIn(row)]));
    }),
    async ofSession(sessionId, clientId, at) {
      const { rows } = await named<VitalsRow>(pool, OF_SESSION, [sessionId, at, clientId ?? null]);
      return readVitals(rows);
    },
    async begin(life, clientId, at) {
      const { id, accountId, signOutVersion, remembered, startedAt, lastUsedAt } = life;
      const { idleS, expiresAt, ip = null, userAgent = null } = life;
      const whose = [id, at, accountId, signOutVersion, remembered, startedAt, lastUsedAt];
      const until = [idleS, expiresAt, ip, userAgent, clientId ?? null];
      return readVitals((await named<VitalsRow>(pool, BEGIN, [...whose, ...until])).rows);
    },
  };
}

/** $2 is the time of asking. */
export const SESSION_LIVES = `s.ended_at IS NULL AND s.expires_at > $2::timestamptz
  AND s.last_used_at + s.idle_s * interval '1 second' > $2::timestamptz
  AND s.sign_out_version = a.sign_out_version`;

const GRANT_LIVES = `g.revoked_at IS NULL AND g.expires_at > $2::timestamptz AND g.sign_out_version = a.sign_out_version`;

export const VITALS = `${asJson('a', ACCOUNT)} AS a, ${asJson('g', GRANT)} AS g, ${asJson('s', SESSION)} AS s`;

/** IS TRUE: the session is found by its id, not among all that an account ever had. */
export const LIVING_GRANT = `grants g
  JOIN accounts a ON a.id = g.account_id AND a.disabled_at IS NULL AND ${GRANT_LIVES}
  LEFT JOIN sessions s ON s.id = g.session_id AND (s.account_id = a.id) IS TRUE AND ${SESSION_LIVES}`;

export const LIVES = `(g.offline OR s.id IS NOT NULL)`;

/** Each id is looked up by itself: OFFSET keeps the planner from reading many grants to find a few, where it knows too little. */
const OF_GRANTS = `SELECT asked.id, v.a, v.g, v.s FROM (SELECT unnest($1::text[]) AS id) asked
  CROSS JOIN LATERAL (SELECT ${VITALS} FROM ${LIVING_GRANT} WHERE g.id = asked.id AND ${LIVES} OFFSET 0) v`;

const OF_SESSION = `SELECT ${VITALS} FROM sessions s
  JOIN accounts a ON a.id = s.account_id AND a.disabled_at IS NULL AND ${SESSION_LIVES}
  LEFT JOIN grants g ON g.session_id = s.id AND g.client_id = $3::text AND ${GRANT_LIVES}
  WHERE s.id = $1`;

const BEGIN = `WITH begun AS (INSERT INTO sessions AS s
    (id, account_id, sign_out_version, remembered, started_at, last_used_at, idle_s, expires_at, ip, user_agent)
  SELECT $1, a.id, $4::int, $5::boolean, $6::timestamptz, $7::timestamptz, $8::int, $9::timestamptz, $10, $11
  FROM accounts a WHERE a.id = $3::uuid AND a.disabled_at IS NULL AND a.sign_out_version = $4::int
  ON CONFLICT (id) DO UPDATE SET last_used_at = greatest(s.last_used_at, excluded.last_used_at)
  WHERE s.account_id = excluded.account_id AND s.ended_at IS NULL AND s.sign_out_version = excluded.sign_out_version
  RETURNING *)
SELECT ${VITALS} FROM begun s JOIN accounts a ON a.id = s.account_id AND ${SESSION_LIVES}
  LEFT JOIN grants g ON g.session_id = s.id AND g.client_id = $12::text AND ${GRANT_LIVES}`;

export interface VitalsRow {
  a: unknown[];
  g: unknown[] | null;
  s: unknown[] | null;
}

interface GrantRow extends VitalsRow {
  id: string;
}

const toAccount = fromJson<Account>(ACCOUNT);
const toGrant = fromJson<Grant>(GRANT);
const toSession = fromJson<SessionLife>(SESSION);

/** All rows tell of the same account and session; each of another grant. */
export function readVitals(rows: readonly VitalsRow[]): Vitals | undefined {
  const [first] = rows;
  return first && vitalsIn(first, rows);
}

function vitalsIn(first: VitalsRow, rows: readonly VitalsRow[] = [first]): Vitals {
  return {
    account: toAccount(first.a),
    ...(first.s && { session: toSession(first.s) }),
    grants: rows.flatMap(({ g }) => (g ? [toGrant(g)] : [])),
  };
}
