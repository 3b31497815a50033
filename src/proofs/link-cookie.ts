import type { Context } from 'koa';
import { CannotGoOn } from '../http/cannot-go-on.ts';
import { ownCookie } from '../http/own-cookie.ts';
import { PROOF_LIVES_MS } from './proof.ts';

const COOKIE = ownCookie('gatehouse_link', '__Secure-');
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;
const SECRET = /^[\w-]{43}$/;

/** The pages that mailed links lead to. */
export type LinkPage = 'email-verification' | 'password-reset';

/**
 * Takes the secret of a mailed link out of the address bar: it goes on in a cookie of this one page. Answers where the
 * page stands without it.
 */
export function keepLink(ctx: Context, page: LinkPage, handle: string, now: Date): string {
  const [id = '', given = ''] = handle.split('.');
  // What cannot be one is left away: its page then says that the link is not good.
  const secret = SECRET.test(given) ? given : '';
  if (!UUID.test(id)) throw new CannotGoOn(404, 'not-found');
  const path = `/${page}/${id}`;
  COOKIE.set(ctx, secret, new Date(now.getTime() + PROOF_LIVES_MS), path);
  return path;
}

/** The handle of the link whose page this is, as this browser opened it. */
export function keptLink(ctx: Context, id: string): string {
  return `${id}.${COOKIE.get(ctx) ?? ''}`;
}
