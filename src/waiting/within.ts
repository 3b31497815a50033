import { setTimeout as sleep } from 'node:timers/promises';

/** Whether it ended in that time. */
export async function within(ms: number, work: Promise<unknown>): Promise<boolean> {
  const late = new AbortController();
  const waited = sleep(ms, false, { signal: late.signal }).catch(() => false);
  try {
    return await Promise.race([work.then(() => true), waited]);
  } finally {
    late.abort();
  }
}
