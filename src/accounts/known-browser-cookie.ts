import type { Context } from 'koa';
import { MARK_LIVES_MS } from './known-browsers.ts';

/** Several people may use one browser. */
const MOST_MARKS = 5;
const MARK = /^[\w-]{43}$/;

/** The marks that this browser brings, newest first. Anybody may write anything here: each is worth what its store says. */
export function marksOf(ctx: Context): string[] {
  const marks = ctx.cookies.get(nameOf(ctx))?.split('.') ?? [];
  return marks.filter((mark) => MARK.test(mark)).slice(0, MOST_MARKS);
}

export function giveMark(ctx: Context, mark: string, now: Date): void {
  const others = marksOf(ctx).filter((one) => one !== mark);
  const marks = [mark, ...others].slice(0, MOST_MARKS);
  ctx.cookies.set(nameOf(ctx), marks.join('.'), {
    expires: new Date(now.getTime() + MARK_LIVES_MS),
    httpOnly: true,
    sameSite: 'lax',
    secure: ctx.secure,
    path: '/',
    overwrite: true,
    signed: false,
  });
}

function nameOf(ctx: Context): string {
  return `${ctx.secure ? '__Host-' : ''}gatehouse_known`;
}
