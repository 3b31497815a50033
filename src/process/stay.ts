import { setTimeout as wait } from 'node:timers/promises';
import type { Logger } from '../logging/logger.ts';
import { isStoreAway } from '../transactions/store-away.ts';
import { patiently } from './patience.ts';

/** Jobs in hand may take this long to end; they are done again if they do not. */
const CLOSE_MS = 12_000;

/** One process's time with what it opens: from the wait for stores that are absent to the last thing closed. */
export interface Stay<T> {
  opening: Promise<T>;
  /** True once somebody asked to leave. */
  isOver(): boolean;
  /** From now on nothing is waited for. */
  end(): void;
  /** Closes what was opened, in bounded time. */
  close(): Promise<void>;
}

export function begin<T extends { close(): Promise<void> }>(
  open: () => Promise<T>,
  log: Logger,
): Stay<T> {
  const leaving = new AbortController();
  const opening = patiently(open, {
    isAbsent: isStoreAway,
    waiting: (error) => log.warn({ err: error }, 'waiting for a store'),
    abandoned: leaving.signal,
  });
  const closed = async () => {
    const house = await opening.catch(() => undefined);
    await house?.close().catch((error: unknown) => log.error({ err: error }, 'closing failed'));
  };
  return {
    opening,
    isOver: () => leaving.signal.aborted,
    end: () => leaving.abort(),
    close: () => Promise.race([closed(), wait(CLOSE_MS)]),
  };
}
