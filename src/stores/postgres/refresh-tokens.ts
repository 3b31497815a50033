import type { Pool } from 'pg';
import { cleanText } from '../../audit/clean-details.ts';
import type {
  FoundRefreshToken,
  Issued,
  NewRefreshToken,
  Payload,
  RefreshTokenStore,
  RotationOutcome,
} from '../../oidc/protocol-store.ts';
import { named } from './database.ts';
import type { Row } from './rows.ts';
import { LIVES, LIVING_GRANT, VITALS, readVitals } from './vitals.ts';

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
    async begin(issued, first) {
      const told = event(issued);
      const { rows } = first
        ? await named<{ id: string }>(pool, BEGIN, [...token(first), ...told])
        : await named<{ id: string }>(pool, TELL, told);
      return rows[0] && BigInt(rows[0].id);
    },
    async withdraw(eventId, id) {
      await named(pool, WITHDRAW, [eventId, id ?? null]);
    },
    async rotate({ id, answerSeal, successor, issued, at }) {
      const params = [id, answerSeal, at, ...token(successor), ...event(issued), windowS, answers];
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

const EVENT_COLUMNS = `name, actor, account_id, client_id, ip, user_agent, request_id, details`;

const BEGIN = `WITH saved AS (
    INSERT INTO refresh_tokens (id, grant_id, payload, expires_at)
    SELECT $1::text, g.id, $3::jsonb, $4::timestamptz FROM grants g WHERE g.id = $2 FOR KEY SHARE RETURNING id
  ) INSERT INTO audit_events (${EVENT_COLUMNS})
    SELECT 'tokens-issued', $5::text, $6::uuid, $7::text, $8::text, $9::text, $10::text, $11::jsonb FROM saved
    RETURNING id`;

const TELL = `INSERT INTO audit_events (${EVENT_COLUMNS})
  VALUES ('tokens-issued', $1, $2, $3, $4, $5, $6, $7::jsonb) RETURNING id`;

const WITHDRAW = `WITH withdrawn AS (DELETE FROM refresh_tokens WHERE id = $2::text)
  DELETE FROM audit_events WHERE id = $1`;

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
    INSERT INTO refresh_tokens (id, grant_id, payload, expires_at)
    SELECT $4::text, $5::text, $6::jsonb, $7::timestamptz FROM won
  ), used AS (
    UPDATE sessions s SET last_used_at = $3::timestamptz FROM won JOIN grants g ON g.id = won.grant_id
    WHERE s.id = g.session_id AND NOT g.offline AND s.last_used_at < $3::timestamptz - interval '1 minute'
  ), issued AS (
    INSERT INTO audit_events (${EVENT_COLUMNS})
    SELECT 'tokens-issued', $8::text, $9::uuid, $10::text, $11::text, $12::text, $13::text, $14::jsonb FROM won
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

const DEADLOCK = '40P01';

/** An account that is deleted meanwhile takes the same locks in another order; PostgreSQL undoes one of the two. */
async function onceMore<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (Object(error).code !== DEADLOCK) throw error;
    return work();
  }
}

function toOutcome(row: Decision | undefined, answers: number): RotationOutcome {
  if (!row) return { outcome: 'gone' };
  if (row.won) return { outcome: 'won' };
  if (row.seal) return { outcome: 'answered', answerSeal: row.seal };
  return { outcome: row.answers_again >= answers ? 'answered-too-often' : 'too-late' };
}

interface FoundRow extends Row {
  't.payload': Payload;
}

function toFound(rows: FoundRow[]): FoundRefreshToken | undefined {
  const [row] = rows;
  const vitals = readVitals(rows);
  if (!row || !vitals) return undefined;
  return {
    payload: row['t.payload'],
    consumed: row['t.consumed'] === true,
    replayable: row['t.replayable'] === true,
    vitals,
  };
}

function token({ id, grantId, payload, expiresAt }: NewRefreshToken): unknown[] {
  return [id, grantId, JSON.stringify(payload), expiresAt];
}

function event({ grantType, circumstances }: Issued): unknown[] {
  const { actor, accountId, clientId, ip, userAgent, requestId } = circumstances;
  const texts = [clientId, ip, userAgent, requestId].map((text) => text && cleanText(text));
  return [actor, accountId, ...texts, JSON.stringify({ grantType })];
}
