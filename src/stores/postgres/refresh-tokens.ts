import type { Pool } from 'pg';
import type {
  FoundRefreshToken,
  Payload,
  RefreshTokenStore,
  RotationOutcome,
} from '../../oidc/protocol-store.ts';
import { named } from './database.ts';
import { EVENT_COLUMNS, TOKEN_COLUMNS, eventFrom, eventOf, tokenFrom, tokenOf } from './issued.ts';
import { onceMore } from './once-more.ts';
import { LIVES, LIVING_GRANT, VITALS, type VitalsRow, readVitals } from './vitals.ts';

/** How long, and how often, the answer to a consumed token is given again. */
export interface ReplayWindow {
  windowS: number;
  answers: number;
}

/** Refresh tokens in PostgreSQL. Whether one was consumed, and how long ago, is said by the database's clock alone. */
export function postgresRefreshTokens(
  pool: Pool,
  { windowS, answers }: ReplayWindow = { windowS: 30, answers: 100 },
): RefreshTokenStore {
  return {
    async find(id, at) {
      const { rows } = await named<FoundRow>(pool, FIND, [id, at, windowS]);
      return toFound(rows);
    },
    async rotate({ id, answerSeal, successor, issued, at }) {
      const tokens = [...tokenOf(successor), ...eventOf(issued)];
      const params = [id, answerSeal, at, ...tokens, windowS, answers];
      const { rows } = await onceMore(() => named<Decision>(pool, ROTATE, params));
      return toOutcome(rows[0], answers);
    },
    async answerAgain(id) {
      const { rows } = await named<Decision>(pool, ANSWER_AGAIN, [id, windowS, answers]);
      return toOutcome(rows[0], answers);
    },
  };
}

const FIND = `SELECT ${VITALS}, t.payload AS "t.payload", t.consumed_at IS NOT NULL AS "t.consumed",
    t.consumed_at > clock_timestamp() - $3 * interval '1 second' AS "t.replayable"
  FROM refresh_tokens t JOIN ${LIVING_GRANT} ON g.id = t.grant_id WHERE t.id = $1 AND ${LIVES}`;

/** $2 seconds, $3 answers. A loser waits for the winner's lock, and then reads what the winner wrote. */
const again = (windowS: string, answers: string) => `UPDATE refresh_tokens t
    SET answers_again = t.answers_again + 1 FROM current
    WHERE t.id = current.id AND current.answers_again < ${answers}::int
      AND current.consumed_at > clock_timestamp() - ${windowS} * interval '1 second'
    RETURNING t.answer_seal`;

// The locks come first, in parts of their own: an UPDATE alone would show the losers rows older than the winner's
// commit, without its answer; and a grant that is being deleted with its account must be met before its tokens.
const ROTATE = `WITH kept AS MATERIALIZED (
    SELECT FROM grants WHERE id = $5::text FOR KEY SHARE
  ), current AS MATERIALIZED (
    SELECT id, consumed_at, answers_again FROM refresh_tokens
    WHERE id = $1 AND EXISTS (SELECT FROM kept) FOR UPDATE
  ), won AS (
    UPDATE refresh_tokens t SET consumed_at = clock_timestamp(), answer_seal = $2
    FROM current WHERE t.id = current.id AND current.consumed_at IS NULL RETURNING t.grant_id
  ), successor AS (
    INSERT INTO refresh_tokens (${TOKEN_COLUMNS}) SELECT ${tokenFrom(4)} FROM won
  ), used AS (
    UPDATE sessions s SET last_used_at = $3::timestamptz FROM won JOIN grants g ON g.id = won.grant_id
    WHERE s.id = g.session_id AND NOT g.offline AND s.last_used_at < $3::timestamptz - interval '1 minute'
  ), issued AS (
    INSERT INTO audit_events (${EVENT_COLUMNS}) SELECT ${eventFrom(8)} FROM won
  ), again AS (${again('$15', '$16')})
  SELECT EXISTS (SELECT FROM won) AS won, (SELECT answer_seal FROM again) AS seal, answers_again FROM current`;

const ANSWER_AGAIN = `WITH current AS MATERIALIZED (
    SELECT id, consumed_at, answers_again FROM refresh_tokens WHERE id = $1 FOR UPDATE
  ), again AS (${again('$2', '$3')})
  SELECT false AS won, (SELECT answer_seal FROM again) AS seal, answers_again FROM current`;

interface Decision {
  won: boolean;
  seal: Buffer | null;
  answers_again: number;
}

function toOutcome(row: Decision | undefined, answers: number): RotationOutcome {
  if (!row) return { outcome: 'gone' };
  if (row.won) return { outcome: 'won' };
  if (row.seal) return { outcome: 'answered', answerSeal: row.seal };
  return { outcome: row.answers_again >= answers ? 'answered-too-often' : 'too-late' };
}

interface FoundRow extends VitalsRow {
  't.consumed': boolean;
  't.replayable': boolean | null;
  't.payload': Payload;
}

function toFound(rows: FoundRow[]): FoundRefreshToken | undefined {
  const [row] = rows;
  const vitals = readVitals(rows);
  if (!row || !vitals) return undefined;
  return {
    payload: row['t.payload'],
    consumed: row['t.consumed'],
    replayable: row['t.replayable'] === true,
    vitals,
  };
}
