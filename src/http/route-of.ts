import type { Context } from 'koa';

/** The router's template, the library's name for its endpoint, or the name that our own middlewares gave it. */
export function routeOf(ctx: Context): string {
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
