import type { IncomingHttpHeaders } from 'node:http';
import type { Middleware } from 'koa';
import { CannotGoOn } from './cannot-go-on.ts';

const READING = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Our own forms are posted from our own pages (no token in the form can be forgotten or leaked). What the browser says
 * of itself decides first; browsers that do not say send Origin with every post. Who sends neither is no browser, and
 * carries nobody's cookies but its own. Protocol endpoints are not behind this.
 */
export function sameOrigin(issuer: string): Middleware {
  return (ctx, next) => {
    if (!READING.has(ctx.method) && !isFromOurPages(ctx.headers, issuer)) {
      throw new CannotGoOn(403, 'forbidden');
    }
    return next();
  };
}

function isFromOurPages(headers: IncomingHttpHeaders, issuer: string): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin') return false;
  return headers.origin === undefined || headers.origin === issuer;
}
