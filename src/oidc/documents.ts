import { hash } from 'node:crypto';
import type { Context, Middleware, Next } from 'koa';
import type { ReadyAnswer } from '../http/ready-answers.ts';
import type { KeyRing, PreparedDocument } from '../keys/key-ring.ts';
import { ADVERTISED_PROMPTS } from './prompts.ts';
import { RESPONSE_MODES } from './response-modes.ts';

/**
 * /jwks and discovery from prepared bytes: no store is asked, so they answer while everything else is away. The
 * discovery document is the library's own, rendered at its first request, with what it does not know put right.
 */
export function documents(ring: KeyRing, maxAgeS: number): Documents {
  let discovery: ReadyAnswer | undefined;
  let jwks: { document: PreparedDocument; answer: ReadyAnswer } | undefined;
  const keys = (): ReadyAnswer => {
    const { document } = ring;
    if (jwks?.document !== document) {
      jwks = { document, answer: readyAnswer(document, JWK_SET, maxAgeS) };
    }
    return jwks.answer;
  };
  return {
    readyAt: (path) => {
      if (path === '/jwks') return keys();
      return DISCOVERY.has(path) ? discovery : undefined;
    },
    async serve(ctx, next) {
      const reads = ctx.method === 'GET' || ctx.method === 'HEAD';
      if (reads && ctx.path === '/jwks') answer(ctx, keys());
      else if (reads && DISCOVERY.has(ctx.path)) {
        discovery ??= readyAnswer(await render(ctx, next), JSON_TYPE, maxAgeS);
        answer(ctx, discovery);
      } else await next();
    },
  };
}

export interface Documents {
  serve: Middleware;
  /** Undefined where there is no such document, or it was never asked for. */
  readyAt(path: string): ReadyAnswer | undefined;
}

function readyAnswer({ body, etag }: PreparedDocument, type: string, maxAgeS: number): ReadyAnswer {
  return {
    body,
    headers: {
      'Content-Type': type,
      ETag: etag,
      'Cache-Control': `public, max-age=${maxAgeS}`,
      'Access-Control-Allow-Origin': '*',
    },
  };
}

const JWK_SET = 'application/jwk-set+json';
const JSON_TYPE = 'application/json; charset=utf-8';
const DISCOVERY = new Set([
  '/.well-known/openid-configuration',
  '/.well-known/oauth-authorization-server',
]);
const AUTH_METHODS = ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'];

const CORRECTIONS = {
  prompt_values_supported: ADVERTISED_PROMPTS,
  response_modes_supported: RESPONSE_MODES,
  introspection_endpoint_auth_methods_supported: AUTH_METHODS,
  revocation_endpoint_auth_methods_supported: AUTH_METHODS,
  // Not by the library, but by logout-notices/.
  backchannel_logout_supported: true,
  backchannel_logout_session_supported: true,
};

async function render(ctx: Context, next: Next): Promise<PreparedDocument> {
  await next();
  const document = { ...Object(ctx.body), ...CORRECTIONS };
  const body = Buffer.from(JSON.stringify(document));
  return { body, etag: `"${hash('sha256', body, 'base64url')}"` };
}

function answer(ctx: Context, { body, headers }: ReadyAnswer) {
  const { 'Content-Type': type, ...others } = headers;
  ctx.set(others);
  ctx.status = 200;
  // Koa's own comparison gives up when the asker also says `no-cache`, which Node's fetch adds by itself.
  if (knows(ctx.get('If-None-Match'), headers['ETag'] ?? '')) {
    ctx.status = 304;
    return;
  }
  ctx.set('Content-Type', type ?? '');
  ctx.body = body;
}

function knows(header: string, etag: string): boolean {
  const tags = header.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return tags.includes(etag) || tags.includes('*');
}
