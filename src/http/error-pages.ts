import type { Context, Middleware } from 'koa';
import { isStoreAway } from '../transactions/store-away.ts';
import { CannotGoOn, type Reason } from './cannot-go-on.ts';

/** Shows an error to a person. Throws nothing. */
export type ErrorPage = (ctx: Context, error: { reason: Reason; requestId: string }) => void;

/**
 * The only place where a thrown error becomes a page or JSON: a calm sentence and the request id, by which the log
 * and the audit trail can be searched. Never a stack, a version or SQL.
 */
export function errorPages(page: ErrorPage): Middleware {
  return async (ctx, next) => {
    try {
      await next();
      if (ctx.status === 404 && !ctx.body) throw new CannotGoOn(404, 'not-found');
      if (ctx.status === 405 && !ctx.body) throw new CannotGoOn(405, 'wrong-method');
    } catch (error) {
      show(ctx, page, error);
    }
  };
}

function show(ctx: Context, page: ErrorPage, thrown: unknown): void {
  const error = asCannotGoOn(thrown);
  if (error.status >= 500 && !(thrown instanceof CannotGoOn))
    ctx.state.log.error({ err: thrown }, 'a request failed');
  ctx.set('Cache-Control', 'no-store');
  ctx.set(error.headers);
  ctx.status = error.status;
  if (wantsJson(ctx)) {
    ctx.body = { error: protocolError(error.status), error_description: description(ctx, error) };
    return;
  }
  ctx.type = 'html';
  page(ctx, { reason: error.reason, requestId: ctx.state.requestId });
}

/** What a store that is away asks for; one that is restarted is back within this. */
const RETRY_AFTER_S = 2;

function asCannotGoOn(error: unknown): CannotGoOn {
  if (error instanceof CannotGoOn) return error;
  if (isStoreAway(error)) return away(RETRY_AFTER_S);
  const { status, expose, retryAfterS }: Record<string, unknown> = Object(error);
  if (typeof retryAfterS === 'number') {
    return new CannotGoOn(503, 'away', { 'Retry-After': String(retryAfterS) });
  }
  if (expose === true && typeof status === 'number' && status >= 400 && status < 500) {
    return new CannotGoOn(status, REASONS[status] ?? 'malformed');
  }
  return new CannotGoOn(500, 'fault');
}

/** Also for whoever has too much to do, and says for how long. */
function away(seconds: number): CannotGoOn {
  return new CannotGoOn(503, 'away', { 'Retry-After': String(seconds) });
}

const REASONS: Record<number, Reason> = {
  403: 'forbidden',
  404: 'not-found',
  405: 'wrong-method',
  408: 'too-slow',
  413: 'too-large',
  431: 'too-large',
  421: 'misdirected',
  429: 'too-many',
};

/** Machines talk to these; whoever asks them for no form in particular gets JSON. */
const MACHINES = /^\/(token|me|jwks|request|\.well-known|health)(\/|$)/;

function wantsJson(ctx: Context): boolean {
  const order = MACHINES.test(ctx.path) ? ['json', 'html'] : ['html', 'json'];
  return ctx.accepts(order) === 'json';
}

function protocolError(status: number): string {
  if (status === 503) return 'temporarily_unavailable';
  return status >= 500 ? 'server_error' : 'invalid_request';
}

function description(ctx: Context, error: CannotGoOn): string {
  return `${error.reason} (reference ${ctx.state.requestId})`;
}
