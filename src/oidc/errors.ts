import type { EventEmitter } from 'node:events';
import { type KoaContextWithOIDC, type Provider, errors } from 'oidc-provider';
import { SignerAway } from '../keys/key-ring.ts';
import { isStoreAway } from '../transactions/store-away.ts';

const RETRY_AFTER_S = '2';
const AWAY = {
  error: 'temporarily_unavailable',
  error_description: 'a part of the server is away; try again shortly',
};

/** A failure of ours that passes by itself: nothing was burned, the same request may be made again. */
export function isAway(error: unknown): boolean {
  if (error instanceof errors.OIDCProviderError) return error.statusCode === 503;
  return error instanceof SignerAway || isStoreAway(error);
}

export interface ErrorOut {
  error: string;
  error_description?: string | undefined;
}

/** What is told of an error, to people and machines alike. */
export function told(out: ErrorOut, error: unknown): ErrorOut {
  return isAway(error) ? AWAY : out;
}

/** The library has one answer for whatever it does not know: 500. Where RFCs know better, so do we. */
export function installErrors(provider: Provider): void {
  provider.on('server_error', (ctx, error) => {
    if (!isAway(error)) return;
    ctx.status = 503;
    ctx.set('Retry-After', RETRY_AFTER_S);
    if (isJson(ctx)) ctx.body = AWAY;
  });
  const emitter: EventEmitter = provider;
  for (const event of CLIENT_ENDPOINTS) {
    emitter.on(event, askForAuthentication);
    emitter.on(event, tellTooLarge);
    emitter.on(event, nameReplayedProof);
  }
}

const CLIENT_ENDPOINTS = [
  'grant.error',
  'introspection.error',
  'revocation.error',
  'pushed_authorization_request.error',
];

/** No authentication at all is a failed one, and so is a secret that none of ours can be (RFC 6749 5.2, RFC 7662 2.1). */
function askForAuthentication(ctx: KoaContextWithOIDC, error: errors.OIDCProviderError): void {
  if (!NO_AUTHENTICATION.has(error.error_description ?? '')) return;
  ctx.status = 401;
  ctx.set('WWW-Authenticate', `Basic realm="${ctx.oidc.issuer}"`);
  const { error: name, error_description } = new errors.InvalidClientAuth('none');
  if (isJson(ctx)) ctx.body = { error: name, error_description };
}

const NO_AUTHENTICATION = new Set([
  'no client authentication mechanism provided',
  'client_secret must be provided in the Authorization header',
  'client_id and client_secret in the authorization header are not properly encoded',
]);

/** A body that got too long in pieces; one that says its length was refused at the entrance. */
function tellTooLarge(ctx: KoaContextWithOIDC, error: errors.OIDCProviderError): void {
  if (Object(error.cause).message !== 'request entity too large') return;
  ctx.status = 413;
  ctx.set('Connection', 'close');
}

/** The library calls it a fault of the grant, which an application would then throw away (RFC 9449 5). */
function nameReplayedProof(ctx: KoaContextWithOIDC, error: errors.OIDCProviderError): void {
  if (error.error_detail !== 'DPoP proof JWT Replay detected' || !isJson(ctx)) return;
  ctx.body = { error: 'invalid_dpop_proof', error_description: 'the proof was used before' };
}

function isJson(ctx: KoaContextWithOIDC): boolean {
  return typeof ctx.body === 'object' && ctx.body !== null && 'error' in ctx.body;
}
