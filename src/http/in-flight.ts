import type { Context, Middleware } from 'koa';
import type { Logger } from '../logging/logger.ts';
import { CannotGoOn } from './cannot-go-on.ts';
import { type Bounds, type Crowd, Crowded, openGate } from './gate.ts';

/**
 * How many requests are worked on at once, a class each, so that a storm of one leaves the others quick. Owns which
 * request is of which class; refuses to know what is done for it.
 */
export type RequestClass = 'password' | 'token' | 'inquiry' | 'page' | 'rest';

/** Posted, these check or keep a password, which costs a hundred times what everything else does. */
const PASSWORDS =
  /^\/interaction\/[^/]+\/(sign-in|sign-up\/details|password-reset\/new-password|password-expiry)$/;
/** What APIs ask about a token, which the database alone can answer. */
const INQUIRIES = /^\/(me|token\/introspection)(\/|$)/;
const TOKENS = /^\/(token|request)(\/|$)/;
const PAGES =
  /^\/(auth|session|interaction|sign-in|sign-up|password-reset|email-verification|signed-in)?(\/|$)/;

/** What programs alone ask for: no page of ours is on their way. */
export const PROGRAMS: ReadonlySet<RequestClass> = new Set(['token', 'inquiry'] as const);

export function classOf({ method, path }: Pick<Context, 'method' | 'path'>): RequestClass {
  if (method === 'POST' && PASSWORDS.test(path)) return 'password';
  if (INQUIRIES.test(path)) return 'inquiry';
  if (TOKENS.test(path)) return 'token';
  return PAGES.test(path) ? 'page' : 'rest';
}

export interface InFlight {
  admit: Middleware;
  /** For those who watch the server. */
  crowds(): Record<RequestClass, Crowd>;
}

export function limitInFlight(bounds: Record<RequestClass, Bounds>): InFlight {
  const gates = {
    password: openGate(bounds.password),
    token: openGate(bounds.token),
    inquiry: openGate(bounds.inquiry),
    page: openGate(bounds.page),
    rest: openGate(bounds.rest),
  };
  const tell = nowAndThen();
  return {
    async admit(ctx, next) {
      const name = classOf(ctx);
      const onGone = (listener: () => void) => void ctx.res.once('close', listener);
      const leave = await gates[name].enter(onGone).catch((error: unknown) => {
        if (!(error instanceof Crowded)) throw error;
        tell(ctx.state.log, name);
        throw new CannotGoOn(503, 'crowded', { 'Retry-After': String(error.retryAfterS) });
      });
      // Nobody is there any more to whom it could be told.
      if (!leave) return;
      try {
        await next();
      } finally {
        leave();
      }
    },
    crowds: () => ({
      password: gates.password.crowd(),
      token: gates.token.crowd(),
      inquiry: gates.inquiry.crowd(),
      page: gates.page.crowd(),
      rest: gates.rest.crowd(),
    }),
  };
}

const PAUSE_MS = 1000;

/** A line a second is enough to know: one for each would be a storm of its own. */
function nowAndThen() {
  const since: Partial<Record<RequestClass, { told: number; refused: number }>> = {};
  return (log: Logger, name: RequestClass) => {
    const known = (since[name] ??= { told: -Infinity, refused: 0 });
    known.refused += 1;
    const now = performance.now();
    if (now - known.told < PAUSE_MS) return;
    log.warn({ class: name, refused: known.refused }, 'more is asked for than can be done soon');
    Object.assign(known, { told: now, refused: 0 });
  };
}
