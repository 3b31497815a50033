import {
  type KnownBrowserStore,
  MOST_BROWSERS,
  type Remembered,
} from '../../accounts/known-browsers.ts';
import type { Db } from './database.ts';

/** Browsers that accounts know, in PostgreSQL beside what makes them strangers again. */
export function postgresKnownBrowsers(db: Db): KnownBrowserStore {
  return {
    async among(ids, { id: accountId, credentialVersion, signOutVersion }, at) {
      const found = await db.knownBrowser.findFirst({
        select: { id: true },
        where: {
          id: { in: [...ids] },
          accountId,
          credentialVersion,
          signOutVersion,
          expiresAt: { gt: at },
        },
      });
      return found?.id;
    },
    async addressesOf(ids, at) {
      const rows = await db.$queryRaw<{ email_canonical: string }[]>`
        SELECT a.email_canonical FROM known_browsers k JOIN accounts a ON a.id = k.account_id
          AND a.credential_version = k.credential_version AND a.sign_out_version = k.sign_out_version
        WHERE k.id = ANY(${[...ids]}) AND k.expires_at > ${at}`;
      return rows.map(({ email_canonical: address }) => address);
    },
    async remember({ id, account, until }, brought, at) {
      const { id: accountId, credentialVersion, signOutVersion } = account;
      const made = [id, accountId, credentialVersion, signOutVersion, at, until];
      const [row] = await db.$queryRawUnsafe<Remembered[]>(
        REMEMBER,
        ...made,
        [...brought],
        MOST_BROWSERS,
      );
      return row ?? { id, acquaintance: 'seen' };
    },
  };
}

// Whoever waited for a parallel call finds the row there. What makes room is taken by one of them alone.
const REMEMBER = `WITH good AS (SELECT id FROM known_browsers WHERE id = ANY ($7::text[]) AND account_id = $2::uuid
    AND credential_version = $3::int AND sign_out_version = $4::int AND expires_at > $5::timestamptz LIMIT 1),
  mark AS (SELECT coalesce((SELECT id FROM good), $1) AS id),
  others AS (SELECT k.id, k.expires_at FROM known_browsers k, mark WHERE k.account_id = $2::uuid AND k.id <> mark.id),
  gone AS (DELETE FROM known_browsers WHERE id IN (
    SELECT id FROM known_browsers WHERE id IN (
      SELECT id FROM others ORDER BY expires_at DESC OFFSET $8::int - 1) FOR UPDATE SKIP LOCKED)),
  kept AS (INSERT INTO known_browsers (id, account_id, credential_version, sign_out_version, created_at, expires_at)
    SELECT mark.id, $2::uuid, $3::int, $4::int, $5::timestamptz, $6::timestamptz FROM mark
    ON CONFLICT (id) DO UPDATE SET expires_at = excluded.expires_at
    RETURNING id, xmax = 0 AS made)
  SELECT kept.id, CASE WHEN NOT kept.made OR EXISTS (SELECT FROM others WHERE id = ANY ($7::text[])) THEN 'seen'
    WHEN EXISTS (SELECT FROM others) THEN 'new' ELSE 'first' END AS acquaintance FROM kept`;
