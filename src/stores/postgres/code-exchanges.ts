import type { Pool } from 'pg';
import type {
  CodeExchangeStore,
  ExchangeOutcome,
  FoundExchange,
} from '../../oidc/protocol-store.ts';
import { named } from './database.ts';
import { EVENT_COLUMNS, TOKEN_COLUMNS, eventFrom, eventOf, tokenFrom, tokenOf } from './issued.ts';
import { onceMore } from './once-more.ts';
import { LIVES, LIVING_GRANT, VITALS, type VitalsRow, readVitals } from './vitals.ts';

/** How long a winner may take until its answer goes out: longer than its statements take, and fail. */
const TAKE_OVER_S = 5;

/** What codes were exchanged for, in PostgreSQL wherever the codes themselves are: it lasts, and commits with its tokens. */
export function postgresCodeExchanges(pool: Pool, takeOverS = TAKE_OVER_S): CodeExchangeStore {
  return {
    async find(id, grantId, at) {
      const { rows } = await named<FoundRow>(pool, FIND, [grantId, at, id]);
      return toFound(rows);
    },
    async exchange({ id, attempt, grantId, answerSeal, first, issued, expiresAt }) {
      const tokens = first ? tokenOf(first) : [null, null, null, null];
      const params = [id, attempt, grantId, answerSeal, expiresAt, takeOverS];
      const { rows } = await onceMore(() =>
        named<Decision>(pool, EXCHANGE, [...params, ...tokens, ...eventOf(issued)]),
      );
      return toOutcome(rows[0], attempt);
    },
    async confirm(id, attempt) {
      return (await onceMore(() => named(pool, CONFIRM, [id, attempt]))).rowCount === 1;
    },
  };
}

const FIND = `SELECT ${VITALS},
    EXISTS (SELECT FROM code_exchanges WHERE id = $3 AND answered_at IS NOT NULL) AS "c.answered"
  FROM ${LIVING_GRANT} WHERE g.id = $1 AND ${LIVES}`;

// Whoever meets an attempt that is just committing sees nothing of it yet, and asks again.
const EXCHANGE = `WITH kept AS MATERIALIZED (
    SELECT FROM grants WHERE id = $3 FOR KEY SHARE
  ), known AS MATERIALIZED (
    SELECT attempt, answer_seal, answered_at FROM code_exchanges WHERE id = $1
  ), won AS (
    INSERT INTO code_exchanges (id, attempt, answer_seal, begun_at, expires_at)
    SELECT $1, $2, $4, clock_timestamp(), $5 FROM kept ON CONFLICT (id) DO NOTHING RETURNING id
  ), taken AS (
    UPDATE code_exchanges c SET attempt = $2, begun_at = clock_timestamp() FROM kept
    WHERE c.id = $1 AND c.answered_at IS NULL AND c.begun_at < clock_timestamp() - $6 * interval '1 second'
    RETURNING c.attempt
  ), first AS (
    INSERT INTO refresh_tokens (${TOKEN_COLUMNS}) SELECT ${tokenFrom(7)} FROM won WHERE $7::text IS NOT NULL
  ), issued AS (
    INSERT INTO audit_events (${EVENT_COLUMNS}) SELECT ${eventFrom(11)} FROM won
  )
  SELECT EXISTS (SELECT FROM won) AS won, coalesce((SELECT attempt FROM taken), k.attempt) AS attempt,
    k.answer_seal, k.answered_at IS NOT NULL AS answered
  FROM kept LEFT JOIN known k ON true`;

const CONFIRM = `UPDATE code_exchanges SET answered_at = clock_timestamp(), answer_seal = NULL
  WHERE id = $1 AND attempt = $2`;

/** Of the exchange that was there before, except for `won`. */
interface Decision {
  won: boolean;
  attempt: string | null;
  answer_seal: Buffer | null;
  answered: boolean;
}

function toOutcome(row: Decision | undefined, attempt: string): ExchangeOutcome {
  if (!row) return { outcome: 'gone' };
  if (row.won) return { outcome: 'won' };
  if (row.answered) return { outcome: 'answered' };
  if (row.attempt !== attempt || !row.answer_seal) return { outcome: 'unanswered' };
  return { outcome: 'won', answerSeal: row.answer_seal };
}

interface FoundRow extends VitalsRow {
  'c.answered': boolean;
}

function toFound(rows: FoundRow[]): FoundExchange | undefined {
  const vitals = readVitals(rows);
  return vitals && { answered: rows[0]?.['c.answered'] === true, vitals };
}
