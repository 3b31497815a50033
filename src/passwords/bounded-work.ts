import { openLine } from '../waiting/line.ts';
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
  const line = openLine(atOnce);
  let usualMs = guessMs;

  async function bounded<T>(work: () => Promise<T>): Promise<T> {
    const waitMs = (line.waiting() / atOnce) * usualMs;
    if (waitMs >= queueMs) throw new TooBusy(Math.ceil(waitMs / 1000));
    if (!line.enterNow()) await line.wait();
    const startedAt = performance.now();
    try {
      return await work();
    } finally {
      usualMs = Math.max(1, 0.9 * usualMs + 0.1 * (performance.now() - startedAt));
      line.leave();
    }
  }
  const load = () => ({ running: line.inside(), waiting: line.waiting() });
  return Object.assign(bounded, { load });
}
