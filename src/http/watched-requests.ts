import type { Middleware } from 'koa';
import type { Watch } from '../watching/watch.ts';
import { routeOf } from './route-of.ts';

/** Each request is seen, by its template and its status; whether somebody lives is asked too often to be of interest. */
export function watchedRequests(watch: Watch): Middleware {
  return (ctx, next) => {
    if (ctx.path.startsWith('/health/')) return next();
    const traceparent = ctx.get('traceparent');
    const sighting = watch.begins({ kind: 'request', name: ctx.method, traceparent });
    if (sighting.traceId !== undefined) ctx.state.traceId = sighting.traceId;
    ctx.res.once('close', () => {
      const status = ctx.res.writableFinished ? String(ctx.status) : 'aborted';
      sighting.ends({ as: status }, routeOf(ctx));
    });
    return sighting.within(next);
  };
}
