import type { Context, Middleware, Next } from 'koa';
import { type Provider, errors } from 'oidc-provider';
import type { KeyRing } from '../keys/key-ring.ts';
import { forgetUnverifiedHint } from './id-token-hint.ts';
import { movedSession } from './moved-session.ts';

/** The protocol as one middleware: what must happen round the library, then the library itself. */
export function protocol(provider: Provider, { ring }: { ring: KeyRing }): Middleware {
  return inOrder([
    movedSession(provider.cookieName('session')),
    parametersInBody,
    forgetUnverifiedHint(ring, provider.issuer),
    ...provider.middleware,
  ]);
}

const BY_POST = new Set(['/token', '/token/introspection', '/token/revocation', '/request']);

/** A secret in an address ends in logs; and two places for one parameter are one too many (RFC 6749 2.3.1). */
const parametersInBody: Middleware = async (ctx, next) => {
  if (ctx.method !== 'POST' || !ctx.querystring || !BY_POST.has(ctx.path)) {
    await next();
    return;
  }
  const { error, error_description } = new errors.InvalidRequest(
    'parameters must be sent in the body alone',
  );
  ctx.status = 400;
  ctx.body = { error, error_description };
};

function inOrder(steps: Middleware[]): Middleware {
  return (ctx: Context, last: Next) => {
    const from = (index: number): Next => {
      const step = steps[index];
      return step ? async () => step(ctx, from(index + 1)) : last;
    };
    return from(0)();
  };
}
