import { TooBusy } from './hasher.ts';

export interface Bound {
  atOnce: number;
  /** How long a newcomer may have to wait. */
  queueMs: number;
  /** How long one piece of work takes, until it was measured. */
  guessMs: number;
}

export interface Bounded {
  <T>(work: () => Promise<T>): Promise<T>;
  load(): { running: number; waiting: number };
}

/** Runs so much at once, lets the next wait in line, and refuses whoever would wait too long. */
export function boundedWork({ atOnce, queueMs, guessMs }: Bound): Bounded {
  const line: (() => void)[] = [];
  let running = 0;
  let usualMs = guessMs;

  async function bounded<T>(work: () => Promise<T>): Promise<T> {
    const waitMs = (line.length / atOnce) * usualMs;
    if (waitMs >= queueMs) throw new TooBusy(Math.ceil(waitMs / 1000));
    if (running < atOnce) running += 1;
    else await new Promise<void>((resolve) => line.push(resolve));
    const startedAt = performance.now();
    try {
      return await work();
    } finally {
      usualMs = Math.max(1, 0.9 * usualMs + 0.1 * (performance.now() - startedAt));
      const next = line.shift();
      // The place goes to the next in line directly, so that no newcomer slips between.
      if (next) next();
      else running -= 1;
    }
  }
  return Object.assign(bounded, { load: () => ({ running, waiting: line.length }) });
}
