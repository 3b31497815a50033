import { setTimeout as pause } from 'node:timers/promises';

const TICK_MS = 10;

/**
 * Tells the milliseconds since it was started, without those in which the machine let this process wait for a processor: on a busy
 * machine they are no fault of what is tested. Time in which the process computes counts.
 */
function stopwatch(): { stop(): number } {
  const begun = performance.now();
  let [at, usedMs, waitedMs] = [begun, processorMs(), 0];
  const look = () => {
    const [now, used] = [performance.now(), processorMs()];
    waitedMs += Math.max(0, now - at - (used - usedMs) - 2 * TICK_MS);
    [at, usedMs] = [now, used];
  };
  const ticks = setInterval(look, TICK_MS);
  return {
    stop() {
      look();
      clearInterval(ticks);
      return at - begun - waitedMs;
    },
  };
}

/** What comes of it, and the milliseconds that it takes. */
export async function timed<T extends object>(work: () => Promise<T>): Promise<T & { ms: number }> {
  const watch = stopwatch();
  try {
    return { ...(await work()), ms: watch.stop() };
  } finally {
    watch.stop();
  }
}

export async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const { ms } = await timed(async () => ({ done: await work() }));
  return ms;
}

/** The milliseconds until something is true, which it has to be one day. */
export function timeUntil(isTrue: () => unknown, patienceMs = 10_000): Promise<number> {
  const deadline = performance.now() + patienceMs;
  return timeOf(async () => {
    while (!(await isTrue())) {
      if (performance.now() > deadline) throw new Error(`Not so in ${patienceMs} ms.`);
      await pause(TICK_MS);
    }
  });
}

function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
