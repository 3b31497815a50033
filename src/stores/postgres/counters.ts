import type { Pool } from 'pg';
import { type Counted, type Counters, type Take, takeInTurn } from '../../limits/counters.ts';
import { named } from './database.ts';

/** Counters in PostgreSQL, for a house without Redis: the lock of one row is what makes them exact. */
export function postgresCounters(pool: Pool): Counters {
  const counters: Counters = {
    take: (asked, at) => takeInTurn(asked, (one) => take(pool, one, at), counters.giveBack),
    // A statement for each: one that locked several rows could wait for another that holds them the other way round.
    async giveBack(taken) {
      const each = taken.map(({ key, startedAt }) => named(pool, GIVE_BACK, [key, startedAt]));
      await Promise.all(each);
    },
  };
  return counters;
}

async function take(pool: Pool, { key, budget }: Counted, at: Date): Promise<Take> {
  const { most, withinS, longest } = budget;
  const asked = [key, at, withinS, longest, most];
  const { rows } = await named<{ started_at: Date; spent: boolean }>(pool, TAKE, asked);
  const [row] = rows;
  if (row) return { taken: true, startedAt: row.started_at, spent: row.spent };
  const [left] = (await named<{ until: Date }>(pool, UNTIL, [key, withinS, longest])).rows;
  return { taken: false, until: left?.until ?? at };
}

const endOf = (within: string, longest: string) =>
  `CASE WHEN c.spent_at IS NULL THEN c.started_at + ${within}::int * interval '1 second'
    ELSE c.spent_at + least(2 ^ c.strikes, ${longest}::int) * ${within}::int * interval '1 second' END`;

/** Parameters: key, now, seconds, longest, most. */
const OVER = `$2::timestamptz >= ${endOf('$3', '$4')}`;

// A refused take updates no row and returns none.
const TAKE = `INSERT INTO counters AS c (key, count, strikes, started_at, spent_at, expires_at)
  VALUES ($1, 1, 0, $2::timestamptz, CASE WHEN $5::int <= 1 THEN $2::timestamptz END,
    $2::timestamptz + (1 + 2 * $4::int) * $3::int * interval '1 second')
  ON CONFLICT (key) DO UPDATE SET
    count = CASE WHEN ${OVER} THEN 1 ELSE c.count + 1 END,
    strikes = CASE WHEN NOT (${OVER}) THEN c.strikes
      WHEN c.spent_at IS NOT NULL AND $2::timestamptz < c.expires_at THEN least(c.strikes + 1, 20) ELSE 0 END,
    started_at = CASE WHEN ${OVER} THEN excluded.started_at ELSE c.started_at END,
    spent_at = CASE WHEN CASE WHEN ${OVER} THEN 1 ELSE c.count + 1 END >= $5::int
      THEN CASE WHEN ${OVER} THEN $2::timestamptz ELSE greatest($2::timestamptz, c.started_at) END END,
    expires_at = CASE WHEN ${OVER} THEN excluded.expires_at ELSE c.expires_at END
  WHERE c.count < $5::int OR ${OVER}
  RETURNING started_at, spent_at IS NOT NULL AS spent`;

const UNTIL = `SELECT ${endOf('$2', '$3')} AS until FROM counters c WHERE key = $1`;

const GIVE_BACK = `UPDATE counters SET count = count - 1, spent_at = NULL
  WHERE key = $1 AND started_at = $2 AND count > 0`;
