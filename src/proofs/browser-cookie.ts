import { randomBytes } from 'node:crypto';
import type { Context } from 'koa';
import { ownCookie } from '../http/own-cookie.ts';

const COOKIE = ownCookie('gatehouse_browser');
const LIVES_MS = 24 * 60 * 60 * 1000;
const SECRET = /^[\w-]{43}$/;

/** What tells this browser from others, as long as somebody proves an address in it. A page that asks for one gives it. */
export function browserOf(ctx: Context, now: Date): string {
  const secret = browserThatComes(ctx) ?? randomBytes(32).toString('base64url');
  COOKIE.set(ctx, secret, new Date(now.getTime() + LIVES_MS));
  return secret;
}

/** Undefined for a browser that began nothing here. */
export function browserThatComes(ctx: Context): string | undefined {
  const secret = COOKIE.get(ctx) ?? '';
  return SECRET.test(secret) ? secret : undefined;
}
