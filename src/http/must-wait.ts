import type { Context } from 'koa';

/** What a page says of a wait: the key of its message, and how many. */
export interface Wait {
  error: 'wait-seconds' | 'wait-minutes' | 'wait-hours';
  count: number;
}

/** Somebody tried too often: 429, and for how long. */
export function mustWait(ctx: Context, waitS: number): Wait {
  ctx.status = 429;
  ctx.set('Retry-After', String(waitS));
  return waitInWords(waitS);
}

export function waitInWords(waitS: number): Wait {
  if (waitS < 60) return { error: 'wait-seconds', count: waitS };
  if (waitS <= LONGEST_IN_MINUTES * 60)
    return { error: 'wait-minutes', count: Math.ceil(waitS / 60) };
  return { error: 'wait-hours', count: Math.ceil(waitS / 3600) };
}

/** Longer ones nobody counts in minutes. */
const LONGEST_IN_MINUTES = 120;
