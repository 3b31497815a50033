import type { Context, Middleware } from 'koa';

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

/** The router's template, the library's name for its endpoint, or the name that our own middlewares gave it. */
function routeOf(ctx: Context): string {
  const known: unknown = ctx['_matchedRoute'] ?? ctx['oidc']?.route ?? ctx.state['route'];
  if (typeof known === 'string') return known;
  return DOCUMENTS.has(ctx.path) ? ctx.path : 'unknown';
}

/** Answered before any route. */
const DOCUMENTS = new Set([
  '/jwks',
  '/.well-known/openid-configuration',
  '/.well-known/oauth-authorization-server',
]);
