import type { Pool } from 'pg';
import { z } from 'zod';
import type { Figures } from '../../metrics/standing.ts';

/**
 * How much there is of everything, in one statement that takes the same few milliseconds whatever there is: estimates of
 * PostgreSQL's own, counts that end at ten thousand (by an index), and what the jobs' supervisor counted a moment ago.
 */
export async function readFigures(pool: Pool): Promise<Figures> {
  const { rows } = await pool.query(FIGURES);
  return figures.parse(rows[0]);
}

const figures = z.object({
  rows: z.record(z.string(), z.number()),
  mails: z.object({ waiting: z.number(), failed: z.number() }),
  oldestMailS: z.number(),
  logoutNotices: z.object({ waiting: z.number(), failed: z.number() }),
  oldestLogoutNoticeS: z.number(),
  jobs: z.array(
    z.object({
      name: z.string(),
      ready: z.number(),
      deferred: z.number(),
      active: z.number(),
      failed: z.number(),
    }),
  ),
});

/** A table that nobody has analyzed yet is told by what was written to it since the server started. */
const FIGURES = `WITH waiting AS (
    SELECT since FROM mails WHERE state = 'waiting' LIMIT 10000
  ), failed AS (
    SELECT FROM mails WHERE state = 'failed' LIMIT 10000
  ), untold AS (
    SELECT created_at FROM logout_notices WHERE state = 'waiting' LIMIT 10000
  ), given_up AS (
    SELECT FROM logout_notices WHERE state = 'failed' LIMIT 10000
  )
  SELECT
    (SELECT coalesce(json_object_agg(c.relname,
        CASE WHEN s.n_live_tup > 0 THEN s.n_live_tup ELSE greatest(c.reltuples, 0) END), '{}')
      FROM pg_class c JOIN pg_stat_user_tables s ON s.relid = c.oid
      WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND c.relname NOT LIKE '\\_%') AS rows,
    json_build_object('waiting', (SELECT count(*) FROM waiting), 'failed', (SELECT count(*) FROM failed)) AS mails,
    coalesce((SELECT extract(epoch FROM now() - min(since)) FROM waiting), 0)::float8 AS "oldestMailS",
    json_build_object('waiting', (SELECT count(*) FROM untold), 'failed', (SELECT count(*) FROM given_up)) AS "logoutNotices",
    coalesce((SELECT extract(epoch FROM now() - min(created_at)) FROM untold), 0)::float8 AS "oldestLogoutNoticeS",
    (SELECT coalesce(json_agg(json_build_object('name', name, 'ready', ready_count, 'deferred', deferred_count,
        'active', active_count, 'failed', failed_count)), '[]') FROM pgboss.queue WHERE name NOT LIKE '\\_\\_%') AS jobs`;
