import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';

/** What is removed once it has expired, and since when it counts as such. Nothing else ever is. */
const EXPIRING = {
  artifacts: 'expires_at <= now()',
  counters: 'expires_at <= now()',
  known_browsers: 'expires_at <= now()',
  address_proofs: 'expires_at <= now()',
  code_exchanges: 'expires_at <= now()',
  revoked_tokens: 'expires_at <= now()',
  refresh_tokens: 'expires_at <= now()',
  // An ended or idle session stays: its grants ask for it until they expire themselves.
  sessions: 'expires_at <= now()',
  // Only what was sent or has failed for ever has an end.
  mails: 'expires_at <= now()',
  // Only what was given up has an end.
  logout_notices: 'expires_at <= now()',
  // Deleting a grant takes its refresh tokens along; while one lives, a replay of it must be seen.
  grants: `expires_at <= now()
    AND NOT EXISTS (SELECT FROM refresh_tokens t WHERE t.grant_id = grants.id AND t.expires_at > now())`,
  audit_events: `at <= now() - $2 * interval '1 second'`,
} as const;

/** Refresh tokens before the grants that they hold on to. */
const ORDER = [
  'artifacts',
  'counters',
  'known_browsers',
  'address_proofs',
  'code_exchanges',
  'revoked_tokens',
  'mails',
  'logout_notices',
  'refresh_tokens',
  'sessions',
  'grants',
  'audit_events',
] as const;

export type Removed = Record<keyof typeof EXPIRING, number>;

export interface CleanUp {
  /** How long an event of the audit trail is kept. */
  auditS: number;
  batch?: number;
}

/** So many times as long as a batch took: whoever needs the database meanwhile finds it idle most of the time. */
const REST = 3;

/**
 * Removes what has expired, a batch a statement: no statement holds many rows, none waits for a row in use.
 * Two processes at once share the work.
 */
export async function cleanUp(pool: Pool, { auditS, batch = 1000 }: CleanUp): Promise<Removed> {
  const removed: Removed = {
    artifacts: 0,
    counters: 0,
    known_browsers: 0,
    address_proofs: 0,
    code_exchanges: 0,
    revoked_tokens: 0,
    mails: 0,
    logout_notices: 0,
    refresh_tokens: 0,
    sessions: 0,
    grants: 0,
    audit_events: 0,
  };
  for (const table of ORDER) {
    for (let gone = batch; gone === batch; removed[table] += gone) {
      const params = table === 'audit_events' ? [batch, auditS] : [batch];
      const began = performance.now();
      gone = (await pool.query(removal(table), params)).rowCount ?? 0;
      if (gone === batch) await sleep(REST * (performance.now() - began));
    }
  }
  return removed;
}

function removal(table: keyof typeof EXPIRING): string {
  return `DELETE FROM ${table} WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM ${table} WHERE ${EXPIRING[table]} ORDER BY ${table === 'audit_events' ? 'at' : 'expires_at'} LIMIT $1 FOR UPDATE SKIP LOCKED
  ))`;
}
