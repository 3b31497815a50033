import type { SessionLife, SessionStore } from '../../sessions/store.ts';
import type { Db } from './database.ts';
import { type Row, SESSION, read, selected } from './rows.ts';
import { SESSION_LIVES } from './vitals.ts';

/** The lives of signed-in browsers, in PostgreSQL. */
export function postgresSessions(db: Db): SessionStore {
  return {
    begin: (life) => begin(db, life),
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

const BEGIN = `INSERT INTO sessions AS s
    (id, account_id, sign_out_version, remembered, started_at, last_used_at, idle_s, expires_at, ip, user_agent)
  SELECT $1, a.id, $3::int, $4::boolean, $5::timestamptz, $6::timestamptz, $7::int, $8::timestamptz, $9, $10
  FROM accounts a WHERE a.id = $2::uuid AND a.disabled_at IS NULL AND a.sign_out_version = $3::int
  ON CONFLICT (id) DO UPDATE SET last_used_at = greatest(s.last_used_at, excluded.last_used_at)
  WHERE s.account_id = excluded.account_id AND s.ended_at IS NULL AND s.sign_out_version = excluded.sign_out_version
  RETURNING ${selected('s', SESSION)}`;

async function begin(db: Db, life: SessionLife): Promise<SessionLife | undefined> {
  const params = [
    life.id,
    life.accountId,
    life.signOutVersion,
    life.remembered,
    life.startedAt,
    life.lastUsedAt,
    life.idleS,
    life.expiresAt,
    life.ip ?? null,
    life.userAgent ?? null,
  ];
  const [row] = await db.$queryRawUnsafe<Row[]>(BEGIN, ...params);
  return row && read<SessionLife>(row, 's', SESSION);
}

const LIST_LIVING = `SELECT ${selected('s', SESSION)} FROM sessions s
  JOIN accounts a ON a.id = s.account_id AND a.disabled_at IS NULL AND ${SESSION_LIVES}
  WHERE s.account_id = $1::uuid ORDER BY s.last_used_at DESC`;

async function listLiving(db: Db, accountId: string, at: Date): Promise<SessionLife[]> {
  const rows = await db.$queryRawUnsafe<Row[]>(LIST_LIVING, accountId, at);
  return rows.map((row) => read<SessionLife>(row, 's', SESSION));
}
