import { randomBytes } from 'node:crypto';
import type { Middleware } from 'koa';

/** Two years. */
const HSTS_S = 63_072_000;

/**
 * What every answer carries, errors included. The library adds the hash of its one script to our script-src,
 * so the policy stands before it runs.
 */
export function securityHeaders(options: { https: boolean }): Middleware {
  const fixed: Record<string, string> = {
    'Cache-Control': 'no-store',
    'Cross-Origin-Opener-Policy': 'same-origin',
    // With no-referrer Chromium would post our own forms with `Origin: null`.
    'Referrer-Policy': 'same-origin',
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
    'Permissions-Policy': 'camera=(), geolocation=(), microphone=()',
    ...(options.https ? { 'Strict-Transport-Security': `max-age=${HSTS_S}` } : {}),
  };
  return (ctx, next) => {
    ctx.state.nonce = randomBytes(16).toString('base64url');
    ctx.set(fixed);
    ctx.set('Content-Security-Policy', contentSecurityPolicy(ctx.state.nonce, ctx.path));
    return next();
  };
}

function contentSecurityPolicy(nonce: string, path: string): string {
  return [
    "default-src 'none'",
    "base-uri 'none'",
    "object-src 'none'",
    "frame-ancestors 'none'",
    `script-src 'nonce-${nonce}'`,
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    ...(mayEndAtApplication(path) ? [] : ["form-action 'self'"]),
  ].join('; ');
}

/** Chromium holds `form-action` against every redirect that follows a post: it would stop the way back to the application. */
function mayEndAtApplication(path: string): boolean {
  return /^\/(interaction|auth|email-verification|password-reset|session\/end)(\/|$)/.test(path);
}
