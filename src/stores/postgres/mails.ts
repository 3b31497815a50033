import { z } from 'zod';
import type { ClaimedMail, KeptMail, MailStore } from '../../mail/store.ts';
import type { Mail } from '../../../generated/prisma/client.ts';
import { cleanText } from '../../audit/clean-details.ts';
import type { Db } from './database.ts';
import { present } from './present.ts';
import { isUuid } from './uuid.ts';

/** The outbox in PostgreSQL. What is due is said by the database's clock alone. */
export function postgresMails(db: Db): MailStore {
  return {
    async add({ id, template, language, address, facts: told, accountId = null }) {
      // By hand: Prisma would write the dates by the clock of this machine.
      await db.$executeRaw`
        INSERT INTO mails (id, template, language, address, facts, account_id)
        VALUES (${id}::uuid, ${template}, ${language}, ${address}, ${JSON.stringify(told)}::jsonb, ${accountId}::uuid)`;
    },
    claim: (id, forS) => claim(db, id, forS),
    async settle(id, state, why) {
      const changed = await db.$executeRaw`
        UPDATE mails SET state = ${state}, settled_at = now(), expires_at = now() + interval '30 days',
          why = ${why === undefined ? null : cleanText(why)}
         WHERE id = ${id}::uuid AND state = 'waiting'`;
      return changed === 1;
    },
    async postpone(id, forS, why) {
      const changed = await db.$executeRaw`
        UPDATE mails SET due_at = now() + ${forS}::int * interval '1 second', why = ${cleanText(why)}
         WHERE id = ${id}::uuid AND state = 'waiting'`;
      return changed === 1;
    },
    async retry(id) {
      if (!isUuid(id)) return false;
      const changed = await db.$executeRaw`
        UPDATE mails SET state = 'waiting', since = now(), due_at = now(), settled_at = NULL, expires_at = NULL
         WHERE id = ${id}::uuid AND state = 'failed'`;
      return changed === 1;
    },
    async overdue(afterS) {
      const rows = await db.$queryRaw<{ id: string }[]>`
        UPDATE mails SET due_at = now()
         WHERE id IN (SELECT id FROM mails
                       WHERE state = 'waiting' AND due_at < now() - ${afterS}::int * interval '1 second'
                       ORDER BY due_at LIMIT 1000 FOR UPDATE SKIP LOCKED)
         RETURNING id`;
      return rows.map(({ id }) => id);
    },
    async find(id) {
      const row = isUuid(id) ? await db.mail.findUnique({ where: { id } }) : null;
      return row ? toMail(row) : undefined;
    },
    async list({ limit, ...where }) {
      const orderBy = [{ createdAt: 'desc' as const }, { id: 'desc' as const }];
      return (await db.mail.findMany({ where, orderBy, take: limit })).map(toMail);
    },
  };
}

/** A job may come a moment before its mail is due: both were rounded. */
async function claim(db: Db, id: string, forS: number): Promise<ClaimedMail | undefined> {
  if (!isUuid(id)) return undefined;
  const rows = await db.$queryRaw<{ ageS: number }[]>`
    UPDATE mails SET tries = tries + 1, due_at = now() + ${forS}::int * interval '1 second'
     WHERE id = ${id}::uuid AND state = 'waiting' AND due_at <= now() + interval '0.5 second'
     RETURNING extract(epoch FROM now() - since)::float8 AS "ageS"`;
  const row = rows[0] && (await db.mail.findUnique({ where: { id } }));
  return row && rows[0] ? { ...toMail(row), ageS: rows[0].ageS } : undefined;
}

const facts = z.record(z.string(), z.unknown());
const state = z.enum(['waiting', 'sent', 'failed', 'lapsed']);

function toMail(row: Mail): KeptMail {
  return { ...present(row), facts: facts.parse(row.facts), state: state.parse(row.state) };
}
