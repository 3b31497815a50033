import { LETTERBOX_HOLDS, type Letterbox, type LetterboxMail } from '../../mail/letterbox.ts';
import type { LetterboxMail as Row } from '../../../generated/prisma/client.ts';
import type { Db } from './database.ts';
import { isUuid } from './uuid.ts';

/** The letterbox in PostgreSQL: all processes of a server see the same. What is too old goes with what comes. */
export function postgresLetterbox(db: Db): Letterbox {
  return {
    async keep({ id, to: address, subject, text, html }) {
      const data = { id, address, subject, text, html };
      await db.letterboxMail.createMany({ data, skipDuplicates: true });
      await db.$executeRaw`
        DELETE FROM letterbox_mails
         WHERE id IN (SELECT id FROM letterbox_mails ORDER BY at DESC, id OFFSET ${LETTERBOX_HOLDS})`;
    },
    async list({ to }) {
      const where =
        to === undefined ? {} : { address: { equals: to, mode: 'insensitive' as const } };
      const orderBy = [{ at: 'desc' as const }, { id: 'asc' as const }];
      return (await db.letterboxMail.findMany({ where, orderBy, take: LETTERBOX_HOLDS })).map(
        toMail,
      );
    },
    async find(id) {
      const row = isUuid(id) ? await db.letterboxMail.findUnique({ where: { id } }) : null;
      return row ? toMail(row) : undefined;
    },
  };
}

function toMail({ address, ...row }: Row): LetterboxMail {
  return { ...row, to: address };
}
