import { randomFillSync } from 'node:crypto';
import type { Middleware } from 'koa';

/** Two years. */
const HSTS_S = 63_072_000;

/**
 * What every answer carries, errors included. The library adds the hash of its one script to our script-src,
 * so the policy stands before it runs.
 */
export function securityHeaders(options: { https: boolean }): Middleware {
  const fixed = Object.entries(fixedHeaders(options));
  return (ctx, next) => {
    const { res } = ctx;
    ctx.state.nonce = newNonce();
    for (const [name, value] of fixed) res.setHeader(name, value);
    res.setHeader('Content-Security-Policy', contentSecurityPolicy(ctx.state.nonce, ctx.path));
    return next();
  };
}

/** The same on every answer. */
export function fixedHeaders({ https }: { https: boolean }): Record<string, string> {
  return {
    'Cache-Control': 'no-store',
    'Cross-Origin-Opener-Policy': 'same-origin',
    // With no-referrer Chromium would post our own forms with `Origin: null`.
    'Referrer-Policy': 'same-origin',
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
    'Permissions-Policy': 'camera=(), geolocation=(), microphone=()',
    ...(https ? { 'Strict-Transport-Security': `max-age=${HSTS_S}` } : {}),
  };
}

const NONCE_BYTES = 16;
/** Drawn for many at once: asking for each takes longer than the rest of the head. */
const drawn = Buffer.alloc(256 * NONCE_BYTES);
let used = drawn.length;

function newNonce(): string {
  if (used === drawn.length) {
    randomFillSync(drawn);
    used = 0;
  }
  used += NONCE_BYTES;
  return drawn.toString('base64url', used - NONCE_BYTES, used);
}

/** For what is no page. */
export const BARE_POLICY =
  "default-src 'none'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; form-action 'none'";

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
