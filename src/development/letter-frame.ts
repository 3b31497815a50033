import type { Context } from 'koa';

/** Its links open beside the letterbox. */
const LETTER_POLICY = [
  'sandbox allow-popups allow-popups-to-escape-sandbox',
  "default-src 'none'",
  "style-src 'unsafe-inline'",
  "frame-ancestors 'self'",
].join('; ');

/** In a frame of ours alone, and there in a box: a mail runs nothing, fetches nothing and is nobody's origin. */
export function serveLetter(ctx: Context, html: string): void {
  ctx.set('Content-Security-Policy', LETTER_POLICY);
  ctx.set('X-Frame-Options', 'SAMEORIGIN');
  ctx.type = 'html';
  ctx.body = html;
}

/** This page shows letters in frames. */
export function allowLetters(ctx: Context): void {
  const policy = ctx.response.get('Content-Security-Policy');
  ctx.set('Content-Security-Policy', `${policy}; frame-src 'self'`);
}
