import { setTimeout as sleep } from 'node:timers/promises';
import type { Settings } from './settings.ts';

/** The settings as they stand by now: files and Vault are read again when what came from them was refused. */
export interface Fresh {
  now: () => Settings;
  /**
   * Something was refused that came from there. Once for all who ask, and at most once a second. Comes back when it is
   * read, or after a second: a request does not wait for longer.
   */
  renew: () => Promise<void>;
}

const PAUSE_MS = 1000;
const PATIENCE_MS = 1000;

interface FreshDeps {
  again: () => Promise<Settings>;
  log: { warn: (fields: object, message: string) => void };
  clock?: () => number;
}

export function freshSettings(
  first: Settings,
  { again, log, clock = () => performance.now() }: FreshDeps,
): Fresh {
  let settings = first;
  let readAt = -Infinity;
  let underWay: Promise<void> | undefined;

  async function read(): Promise<void> {
    readAt = clock();
    try {
      settings = await again();
    } catch (error) {
      log.warn({ err: error }, 'settings cannot be read again');
    }
  }

  return {
    now: () => settings,
    async renew() {
      if (!underWay && clock() - readAt < PAUSE_MS) return;
      underWay ??= read().finally(() => (underWay = undefined));
      const late = new AbortController();
      const patience = sleep(PATIENCE_MS, undefined, { signal: late.signal }).catch(() => {});
      await Promise.race([underWay, patience]).finally(() => late.abort());
    },
  };
}

/** Of settings that never change. */
export const asTheyAre = (settings: Settings): Fresh => ({
  now: () => settings,
  renew: async () => {},
});
