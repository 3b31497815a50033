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
    async remember(id, { id: accountId, credentialVersion, signOutVersion }, at, expiresAt) {
      const versions = { credentialVersion, signOutVersion };
      await db.knownBrowser.create({
        data: { id, accountId, ...versions, createdAt: at, expiresAt },
      });
    },
  };
}
