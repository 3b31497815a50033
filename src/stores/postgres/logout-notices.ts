import { cleanText } from '../../audit/clean-details.ts';
import type { LogoutNotice, LogoutNoticeStore, Room } from '../../logout-notices/store.ts';
import type { Db } from './database.ts';

/** Who is to be told of a session's end, in PostgreSQL. The notices themselves are written by triggers, with the end. */
export function postgresLogoutNotices(db: Db): LogoutNoticeStore {
  return {
    claim: (room, forS) => claim(db, room, forS),
    async remove(id) {
      await db.logoutNotice.deleteMany({ where: { id } });
    },
    async postpone(id, forS, why) {
      const changed = await db.$executeRaw`
        UPDATE logout_notices SET due_at = now() + ${forS}::int * interval '1 second', why = ${cleanText(why)}
         WHERE id = ${id}::uuid AND state = 'waiting'`;
      return changed === 1;
    },
    async fail(id, why) {
      const changed = await db.$executeRaw`
        UPDATE logout_notices SET state = 'failed', expires_at = now() + interval '30 days', why = ${cleanText(why)}
         WHERE id = ${id}::uuid AND state = 'waiting'`;
      return changed === 1;
    },
  };
}

/** Of each client the few that are due longest, however many wait behind them. */
const CLAIM = `WITH due AS (
    SELECT n.id, n.due_at, o.origin, coalesce(($3::jsonb ->> o.origin)::int, $2::int) AS free
      FROM clients c
     CROSS JOIN LATERAL (SELECT substring(c.backchannel_logout_uri FROM '^[a-z]+://[^/?#]+') AS origin) o
     CROSS JOIN LATERAL (
       SELECT id, due_at FROM logout_notices
        WHERE state = 'waiting' AND client_id = c.id AND due_at <= now() ORDER BY due_at LIMIT $2::int
     ) n
     WHERE c.backchannel_logout_uri IS NOT NULL AND EXISTS (SELECT FROM logout_notices WHERE state = 'waiting')
  ), placed AS (
    SELECT id, due_at, free, row_number() OVER (PARTITION BY origin ORDER BY due_at) AS place FROM due
  ), chosen AS (
    SELECT id FROM placed WHERE place <= free ORDER BY due_at LIMIT $1::int
  ), mine AS (
    SELECT id FROM logout_notices WHERE id IN (SELECT id FROM chosen)
       AND state = 'waiting' AND due_at <= now() FOR UPDATE SKIP LOCKED
  )
  UPDATE logout_notices n SET due_at = now() + $4::int * interval '1 second', tries = tries + 1
    FROM mine, clients c
   WHERE n.id = mine.id AND c.id = n.client_id
  RETURNING n.id, n.client_id AS "clientId", c.backchannel_logout_uri AS uri, n.account_id AS "accountId",
    n.session_id AS "sessionId", extract(epoch FROM now() - n.created_at)::float8 AS "ageS"`;

function claim(db: Db, { total, perOrigin, free }: Room, forS: number): Promise<LogoutNotice[]> {
  const places = JSON.stringify(Object.fromEntries(free));
  return db.$queryRawUnsafe<LogoutNotice[]>(CLAIM, total, perOrigin, places, forS);
}
