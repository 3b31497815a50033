import type { Middleware } from 'koa';
import { CannotGoOn } from './cannot-go-on.ts';

/** Shown to programs on this machine alone. A tunnel's peer is loopback too, but it says what it forwards. */
export const developmentOnly: Middleware = (ctx, next) => {
  if (!ctx.state.direct) throw new CannotGoOn(404, 'not-found');
  return next();
};
