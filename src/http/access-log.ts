import type { Middleware } from 'koa';
import { routeOf } from './route-of.ts';

/**
 * One line a request: never its query, its cookies, its body or its path, which may hold a secret;
 * of the path only the template.
 */
export const accessLog: Middleware = async (ctx, next) => {
  const started = performance.now();
  const written = () => {
    const level = ctx.path.startsWith('/health/') ? 'debug' : 'info';
    ctx.state.log[level](
      {
        method: ctx.method,
        route: routeOf(ctx),
        status: ctx.status,
        ms: Math.round(performance.now() - started),
        ip: ctx.ip,
        ...(ctx.res.writableFinished ? {} : { aborted: true }),
      },
      'request',
    );
  };
  ctx.res.once('close', written);
  await next();
};
