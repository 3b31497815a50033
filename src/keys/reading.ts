import type { ChangeFeed } from '../changes/change-feed.ts';

/** Keeps what was read from a store up to date with it. Owns when to read again; refuses to know what is read. */
export interface Reading {
  /** Ends when what is known is no older than a second; throws when it cannot be made so. */
  confirm(): Promise<void>;
  /** Ends when everything that was written before the call is known. */
  again(): Promise<void>;
  close(): void;
}

export interface ReadingDeps {
  changes: ChangeFeed;
  now: () => Date;
  /** Told once when reading fails, and not again until it has succeeded. */
  onFault: (error: unknown) => void;
}

const KNOWN_MS = 1000;

/** Reads at once, at every change of the keys, and every second while the feed is silent. */
export async function keepReading(deps: ReadingDeps, read: () => Promise<void>): Promise<Reading> {
  let knownAt = deps.now();
  /** Changes announced, and those of them that what is known includes. */
  let announced = 0;
  let included = 0;
  let failing = false;

  const again = oneAtATime(async () => {
    const [begun, upTo] = [deps.now(), announced];
    await read();
    [knownAt, included] = [begun, upTo];
    failing = false;
  });
  const isKnown = () =>
    included === announced &&
    (deps.changes.isFresh() || Math.abs(deps.now().getTime() - knownAt.getTime()) < KNOWN_MS);
  const inBackground = () =>
    again().catch((error: unknown) => {
      if (!failing) deps.onFault(error);
      failing = true;
    });

  // Listening begins first: what changes during the first reading is not missed.
  const stop = deps.changes.onChange(({ kind }) => {
    if (kind !== 'keys' && kind !== 'everything') return;
    announced += 1;
    void inBackground();
  });
  await again().catch((error: unknown) => {
    stop();
    throw error;
  });
  const watch = setInterval(() => {
    if (included < announced || !deps.changes.isFresh()) void inBackground();
  }, KNOWN_MS);
  watch.unref();
  return {
    again,
    confirm: async () => {
      if (!isKnown()) await again();
    },
    close() {
      clearInterval(watch);
      stop();
    },
  };
}

/** A call while one runs gets a run that begins after it: one that began earlier may have missed what the caller knows of. */
function oneAtATime(run: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  let waiting: Promise<void> | undefined;
  const start = (): Promise<void> => {
    running = run().finally(() => {
      running = undefined;
    });
    return running;
  };
  return () => {
    if (waiting) return waiting;
    if (!running) return start();
    waiting = running
      .catch(() => {})
      .then(() => {
        waiting = undefined;
        return start();
      });
    return waiting;
  };
}
