import { setTimeout as pause } from 'node:timers/promises';
import { isStoreAway } from '../../transactions/store-away.ts';

const DEADLOCK = '40P01';
/** What fails sooner than this may be asked again within the time that a request may cost. */
const SOON_MS = 300;
/** Of the connections that were cut together, the pool has forgotten the others by then. */
const PAUSE_MS = 20;

/**
 * For statements that may be repeated. An account that is deleted meanwhile takes the same locks in another order, and
 * PostgreSQL undoes one of the two; a connection that is cut takes an answer along, and a new one knows it.
 */
export async function onceMore<T>(work: () => Promise<T>): Promise<T> {
  const startedAt = performance.now();
  for (;;) {
    try {
      return await work();
    } catch (error) {
      const passes = isStoreAway(error) || Object(error).code === DEADLOCK;
      if (!passes || performance.now() - startedAt > SOON_MS) throw error;
      await pause(PAUSE_MS);
    }
  }
}
