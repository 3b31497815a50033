import { setImmediate as turn } from 'node:timers/promises';
import { openLine } from '../waiting/line.ts';

/** Too many wait already: to be answered 503, and when to come back. */
export class Crowded extends Error {
  readonly retryAfterS: number;

  constructor(waitMs: number) {
    super('More is asked for than can be done soon');
    this.name = 'Crowded';
    this.retryAfterS = Math.max(1, Math.ceil(waitMs / 1000));
  }
}

export interface Bounds {
  /** How many are inside at once. */
  atOnce: number;
  /** How many may wait in line. */
  longest: number;
  /** How long anybody may wait. Whoever would wait longer is told so at once. */
  patienceMs: number;
}

/** How it stands now, and how many were turned away since the start. */
export interface Crowd {
  inside: number;
  waiting: number;
  turnedAway: number;
}

export interface Gate {
  /** Throws `Crowded`; answers how to leave, or undefined for whoever went away while waiting. */
  enter(onGone: (listener: () => void) => void): Promise<(() => void) | undefined>;
  crowd(): Crowd;
}

/** Until it was measured. */
const GUESS_MS = 10;

/** Lets so many in at once and the next in order of their coming, and owns how long anybody waits. */
export function openGate({ atOnce, longest, patienceMs }: Bounds): Gate {
  const line = openLine(atOnce);
  let turnedAway = 0;
  let usualMs = GUESS_MS;

  function turnAway(waitMs: number): never {
    turnedAway += 1;
    throw new Crowded(waitMs);
  }

  /** What the line would take if all goes on as it went: nobody is kept waiting in vain. */
  const expectedMs = () => ((line.waiting() + 1) / atOnce) * usualMs;

  async function inLine(onGone: (listener: () => void) => void): Promise<'next' | 'late' | 'gone'> {
    const over = new AbortController();
    const late = setTimeout(() => over.abort('late'), patienceMs);
    onGone(() => over.abort('gone'));
    const itIsMyTurn = await line.wait(over.signal);
    clearTimeout(late);
    if (itIsMyTurn) return 'next';
    return over.signal.reason === 'late' ? 'late' : 'gone';
  }

  function leaver(): () => void {
    const startedAt = performance.now();
    return () => {
      usualMs = 0.95 * usualMs + 0.05 * (performance.now() - startedAt);
      line.leave();
    };
  }

  return {
    async enter(onGone) {
      if (line.enterNow()) return leaver();
      if (line.waiting() >= longest || expectedMs() > patienceMs) turnAway(expectedMs());
      const how = await inLine(onGone);
      if (how === 'late') turnAway(expectedMs());
      if (how === 'gone') return undefined;
      // Work that never waits would else go on from one to the next, and nobody else would be heard meanwhile.
      await turn();
      return leaver();
    },
    crowd: () => ({ inside: line.inside(), waiting: line.waiting(), turnedAway }),
  };
}
