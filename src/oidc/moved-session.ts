import { setTimeout as pause } from 'node:timers/promises';
import type { Context, Middleware } from 'koa';
import { seeOther } from '../http/see-other.ts';

const AGAIN = 'gatehouse_again';
const MOST = 3;
/** Enough for the browser to have stored the newer cookie. */
const PAUSE_MS = 100;

/**
 * A request that left before the session's id changed and is answered after it. The browser has a newer cookie by
 * then, so no such answer may set it. Where the request found nobody for that reason alone, it is sent round again
 * with the cookie that the browser now has.
 */
export function movedSession(sessionCookie: string): Middleware {
  return async (ctx, next) => {
    await next();
    const moved: unknown = ctx.state['sessionMoved'];
    if (!moved) return;
    keepNewerCookie(ctx, sessionCookie);
    if (moved === 'before') await sendRoundAgain(ctx);
  };
}

function keepNewerCookie(ctx: Context, name: string): void {
  const lines = [ctx.response.headers['set-cookie'] ?? []].flat();
  const others = lines.filter(
    (line) => !line.startsWith(`${name}=`) && !line.startsWith(`${name}.sig=`),
  );
  ctx.remove('Set-Cookie');
  if (others.length > 0) ctx.set('Set-Cookie', others);
}

async function sendRoundAgain(ctx: Context): Promise<void> {
  const again = Number(ctx.query[AGAIN] ?? 0);
  if (ctx.method !== 'GET' || ctx.path !== '/auth' || !(again < MOST)) return;
  await pause(PAUSE_MS);
  const query = new URLSearchParams(ctx.querystring);
  query.set(AGAIN, String(again + 1));
  ctx.remove('Set-Cookie');
  seeOther(ctx, `${ctx.path}?${query.toString()}`);
  ctx.body = '';
}
