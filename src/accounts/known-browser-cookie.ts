import type { Context } from 'koa';
import { ownCookie } from '../http/own-cookie.ts';
import { MARK_LIVES_MS } from './known-browsers.ts';

/** Several people may use one browser. */
const MOST_MARKS = 5;
const COOKIE = ownCookie('gatehouse_known');
const MARK = /^[\w-]{43}$/;

/** The marks that this browser brings, newest first. Anybody may write anything here: each is worth what its store says. */
export function marksOf(ctx: Context): string[] {
  const marks = COOKIE.get(ctx)?.split('.') ?? [];
  return marks.filter((mark) => MARK.test(mark)).slice(0, MOST_MARKS);
}

export function giveMark(ctx: Context, mark: string, now: Date): void {
  const others = marksOf(ctx).filter((one) => one !== mark);
  const marks = [mark, ...others].slice(0, MOST_MARKS);
  COOKIE.set(ctx, marks.join('.'), new Date(now.getTime() + MARK_LIVES_MS));
}
