import type { Context } from 'koa';

/** After a form and before another page: whatever was asked how, the browser goes there by GET (never 307 or 308). */
export function seeOther(ctx: Context, location: string): void {
  ctx.status = 303;
  ctx.redirect(location);
}
