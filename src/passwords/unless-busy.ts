import type { Context } from 'koa';
import { TooBusy } from './hasher.ts';

/** The work's answer; undefined, with 503 and when to come back, where too many passwords wait already. */
export async function unlessBusy<T>(ctx: Context, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof TooBusy)) throw error;
    ctx.status = 503;
    ctx.set('Retry-After', String(error.retryAfterS));
    return undefined;
  }
}
