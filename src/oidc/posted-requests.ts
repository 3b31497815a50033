import type { Middleware } from 'koa';
import { CannotGoOn } from '../http/cannot-go-on.ts';
import { readParameters } from '../http/form.ts';
import { seeOther } from '../http/see-other.ts';

const ALSO_BY_POST = new Set(['/auth', '/session/end']);
/** A request line has to fit into what one may send as a head. */
const LONGEST_QUERY = 12_000;

/**
 * An application may also post a request through the browser (OpenID Connect Core 3.1.2.1, RP-Initiated Logout 2). Such a
 * post brings no cookies along, and never will with SameSite=Lax: the browser is asked to come again by GET, and then does.
 */
export const postedRequests: Middleware = async (ctx, next) => {
  if (ctx.method !== 'POST' || !ALSO_BY_POST.has(ctx.path)) {
    await next();
    return;
  }
  const query = (await readParameters(ctx)).toString();
  if (ctx.querystring || query.length > LONGEST_QUERY) throw new CannotGoOn(400, 'malformed');
  seeOther(ctx, `${ctx.path}?${query}`);
};
