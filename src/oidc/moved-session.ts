import { setTimeout as pause } from 'node:timers/promises';
import type { Middleware } from 'koa';

const AGAIN = 'gatehouse_again';
const MOST = 3;
/** Enough for the browser to have stored the newer cookie. */
const PAUSE_MS = 100;

/**
 * A request that left before the session's id changed and is answered after it: its cookie is stale, and the library
 * would overwrite the new one with a stranger's. Its answer sets no cookie, and an authorization request is sent
 * round again with the cookie that the browser has by now.
 */
export function movedSession(): Middleware {
  return async (ctx, next) => {
    await next();
    if (!ctx.state['sessionMoved']) return;
    ctx.remove('Set-Cookie');
    const again = Number(ctx.query[AGAIN] ?? 0);
    if (ctx.method !== 'GET' || ctx.path !== '/auth' || !(again < MOST)) return;
    await pause(PAUSE_MS);
    const query = new URLSearchParams(ctx.querystring);
    query.set(AGAIN, String(again + 1));
    ctx.status = 303;
    ctx.redirect(`${ctx.path}?${query.toString()}`);
    ctx.body = '';
  };
}
