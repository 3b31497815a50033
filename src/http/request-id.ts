import { randomUUID } from 'node:crypto';
import type { Middleware } from 'koa';
import type { Logger } from '../logging/logger.ts';
import { traceParentIn } from './trace-parent.ts';

/**
 * Gives every request a name of our own making; what a stranger sends is not believed. The trace that it belongs to is
 * named beside it, so that lines of several programs can be read together.
 */
export function requestId(log: Logger): Middleware {
  return (ctx, next) => {
    const id = randomUUID();
    const traceId = ctx.state.traceId ?? traceParentIn(ctx.get('traceparent'))?.traceId;
    ctx.state.requestId = id;
    ctx.state.log = log.child({ requestId: id, ...(traceId !== undefined && { traceId }) });
    ctx.set('X-Request-Id', id);
    return next();
  };
}
