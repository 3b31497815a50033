import type { Middleware } from 'koa';
import { type Logger, openlySpoken } from '../logging/logger.ts';
import { routeOf } from './route-of.ts';

/**
 * One line a request: never its query, its cookies, its body or its path, which may hold a secret;
 * of the path only the template.
 */
export function accessLog(log: Logger): Middleware {
  const lines = openlySpoken(log);
  return (ctx, next) => {
    const started = performance.now();
    ctx.res.once('close', () => {
      const { requestId, traceId, issued } = ctx.state;
      const level = ctx.path.startsWith('/health/') ? 'debug' : 'info';
      lines[level](
        {
          requestId,
          ...(traceId !== undefined && { traceId }),
          method: ctx.method,
          route: routeOf(ctx),
          status: ctx.status,
          ms: Math.round(performance.now() - started),
          ip: ctx.ip,
          ...issued,
          ...(ctx.res.writableFinished ? {} : { aborted: true }),
        },
        'request',
      );
    });
    return next();
  };
}
