import { keyLifetimes } from './keys/key-lifetimes.ts';
import type { KeyRing } from './keys/key-ring.ts';
import { standings } from './keys/rotation.ts';
import type { House } from './furnish.ts';
import type { ChangeFeed } from './changes/change-feed.ts';
import type { Standing } from './metrics/standing.ts';
import { readFigures } from './stores/postgres/figures.ts';
import type { Database } from './stores/postgres/database.ts';

/** How an open house stands, for whoever asks at the operator's door. */
export function standingOf(
  { settings, hasher, signingKeys, now }: House,
  parts: {
    database: Database;
    changes: ChangeFeed;
    ring: KeyRing;
    /** Whether Redis answers, where there is one. */
    redis?: (() => Promise<unknown>) | undefined;
    crowds?: Standing['crowds'];
  },
): Standing {
  const { database, changes, ring, redis, crowds } = parts;
  const { pool } = database;
  const lifetimes = keyLifetimes(settings);
  return {
    parts: {
      postgres: () => pool.query('SELECT 1'),
      ...(redis && { redis }),
      'signing-key': () => ring.current,
    },
    pool: () => ({
      busy: pool.totalCount - pool.idleCount,
      idle: pool.idleCount,
      waiting: pool.waitingCount,
      most: settings.DATABASE_POOL,
    }),
    hashing: () => hasher.load(),
    crowds,
    hearsChanges: () => changes.isFresh(),
    async keys() {
      const at = now();
      return standings(await signingKeys.list(), lifetimes, at)
        .filter(({ state }) => state !== 'forgotten')
        .map(({ key, state }) => {
          const since = state === 'next' ? key.createdAt : key.signsFrom;
          return { state, ageS: (at.getTime() - since.getTime()) / 1000 };
        });
    },
    keyLifeS: lifetimes.signingS,
    figures: () => readFigures(pool),
  };
}
