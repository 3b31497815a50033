import { randomBytes } from 'node:crypto';
import type { Context } from 'koa';

const LIVES_MS = 24 * 60 * 60 * 1000;
const SECRET = /^[\w-]{43}$/;

/** What tells this browser from others, as long as somebody proves an address in it. A page that asks for one gives it. */
export function browserOf(ctx: Context, now: Date): string {
  const secret = browserThatComes(ctx) ?? randomBytes(32).toString('base64url');
  ctx.cookies.set(nameOf(ctx), secret, {
    expires: new Date(now.getTime() + LIVES_MS),
    httpOnly: true,
    sameSite: 'lax',
    secure: ctx.secure,
    path: '/',
    overwrite: true,
    signed: false,
  });
  return secret;
}

/** Undefined for a browser that began nothing here. */
export function browserThatComes(ctx: Context): string | undefined {
  const secret = ctx.cookies.get(nameOf(ctx)) ?? '';
  return SECRET.test(secret) ? secret : undefined;
}

function nameOf(ctx: Context): string {
  return `${ctx.secure ? '__Host-' : ''}gatehouse_browser`;
}
