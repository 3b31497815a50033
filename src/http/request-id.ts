import { randomUUID } from 'node:crypto';
import type { DefaultState, Middleware } from 'koa';
import type { Logger } from '../logging/logger.ts';
import { traceParentIn } from '../watching/trace-parent.ts';

/**
 * Gives every request a name of our own making; what a stranger sends is not believed. The trace that it belongs to is
 * named beside it, so that lines of several programs can be read together.
 */
export function requestId(log: Logger): Middleware {
  return (ctx, next) => {
    const id = randomUUID();
    const traceId = ctx.state.traceId ?? traceParentIn(ctx.get('traceparent'))?.traceId;
    ctx.state = Object.assign(new NamedRequest(log, id, traceId), ctx.state);
    ctx.res.setHeader('X-Request-Id', id);
    return next();
  };
}

/** Most requests have nothing to tell but that they were answered: a log of their own is made for those that have. */
class NamedRequest implements Pick<DefaultState, 'requestId' | 'traceId' | 'log'> {
  readonly requestId: string;
  readonly traceId: string | undefined;
  readonly #house: Logger;
  #log: Logger | undefined;

  constructor(house: Logger, id: string, traceId: string | undefined) {
    this.#house = house;
    this.requestId = id;
    this.traceId = traceId;
  }

  get log(): Logger {
    const { requestId: id, traceId } = this;
    return (this.#log ??= this.#house.child({
      requestId: id,
      ...(traceId !== undefined && { traceId }),
    }));
  }
}
