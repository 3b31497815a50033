/* Loaded into a server before its own code: makes it misbehave when it is told to. */
import { setImmediate as turn } from 'node:timers/promises';

const ACTS = {
  /** Something computes for two seconds. */
  SIGUSR2: () => {
    const until = performance.now() + 2000;
    while (performance.now() < until);
  },
  /** A promise that nobody waits for fails. */
  SIGWINCH: () => void turn().then(() => Promise.reject(new Error('nobody waits for this'))),
  /** An exception out of nowhere. */
  SIGPWR: () =>
    setImmediate(() => {
      throw new Error('out of nowhere');
    }),
};

for (const [signal, act] of Object.entries(ACTS)) process.on(signal, act);
