import type { SessionLife, SessionStore } from '../../sessions/store.ts';
import type { Db } from './database.ts';
import { type Row, SESSION, read, selected } from './rows.ts';
import { SESSION_LIVES } from './vitals.ts';

/** The lives of signed-in browsers, in PostgreSQL. */
export function postgresSessions(db: Db): SessionStore {
  return {
    async touch(id, at) {
      await db.session.updateMany({
        where: { id, endedAt: null, lastUsedAt: { lt: new Date(at.getTime() - MINUTE_MS) } },
        data: { lastUsedAt: at },
      });
    },
    listLiving: (accountId, at) => listLiving(db, accountId, at),
    async end(id, at) {
      const where = { id, endedAt: null };
      return (await db.session.updateMany({ where, data: { endedAt: at } })).count === 1;
    },
  };
}

const MINUTE_MS = 60_000;

const LIST_LIVING = `SELECT ${selected('s', SESSION)} FROM sessions s
  JOIN accounts a ON a.id = s.account_id AND a.disabled_at IS NULL AND ${SESSION_LIVES}
  WHERE s.account_id = $1::uuid ORDER BY s.last_used_at DESC`;

async function listLiving(db: Db, accountId: string, at: Date): Promise<SessionLife[]> {
  const rows = await db.$queryRawUnsafe<Row[]>(LIST_LIVING, accountId, at);
  return rows.map((row) => read<SessionLife>(row, 's', SESSION));
}
