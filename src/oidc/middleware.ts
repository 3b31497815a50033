import type { Context, Middleware, Next } from 'koa';
import type { Provider } from 'oidc-provider';
import type { KeyRing } from '../keys/key-ring.ts';
import { toFirstStep } from './first-step.ts';
import { forgetUnverifiedHint } from './id-token-hint.ts';
import { movedSession } from './moved-session.ts';
import { postedParameters } from './posted-parameters.ts';
import { postedRequests } from './posted-requests.ts';

/** The protocol as one middleware: what must happen round the library, then the library itself. */
export function protocol(provider: Provider, { ring }: { ring: KeyRing }): Middleware {
  return inOrder([
    movedSession(provider.cookieName('session')),
    toFirstStep,
    postedParameters,
    postedRequests,
    forgetUnverifiedHint(ring, provider.issuer),
    ...provider.middleware,
  ]);
}

function inOrder(steps: Middleware[]): Middleware {
  return (ctx: Context, last: Next) => {
    const from = (index: number): Next => {
      const step = steps[index];
      return step ? async () => step(ctx, from(index + 1)) : last;
    };
    return from(0)();
  };
}
