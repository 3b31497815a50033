import type { KnownBrowserStore } from '../../accounts/known-browsers.ts';
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
    async remember(id, { id: accountId, credentialVersion, signOutVersion }, at, expiresAt) {
      const versions = { credentialVersion, signOutVersion };
      await db.knownBrowser.create({
        data: { id, accountId, ...versions, createdAt: at, expiresAt },
      });
    },
  };
}
