import type { EventEmitter } from 'node:events';
import type { KoaContextWithOIDC, Provider, errors } from 'oidc-provider';
import type { Watch } from '../watching/watch.ts';
import { isAway } from './errors.ts';

/**
 * What the library tells becomes log lines, or a part of the request's own. What belongs in the trail is written where it happens, in one transaction
 * with it (token-transaction.ts, models/): the library's own events come before our commit.
 */
export function installEvents(provider: Provider, watch?: Watch): void {
  provider.on('grant.success', (ctx) => {
    watch?.happened({ event: 'tokens', grant: String(ctx.oidc.params?.['grant_type']) });
    // By now it is one of the grants that we know.
    const grantType = String(ctx.oidc.params?.['grant_type']);
    ctx.state.issued = { grantType, clientId: ctx.oidc.client?.clientId };
  });
  const emitter: EventEmitter = provider;
  for (const event of ERRORS) {
    const endpoint = event.slice(0, -'.error'.length);
    emitter.on(event, (ctx: KoaContextWithOIDC, error: errors.OIDCProviderError) => {
      watch?.happened({ event: 'refusal', endpoint, error: error.error });
      refused(ctx, event, error);
    });
  }
  provider.on('server_error', failed);
}

const ERRORS = [
  'grant.error',
  'authorization.error',
  'introspection.error',
  'revocation.error',
  'userinfo.error',
  'pushed_authorization_request.error',
  'end_session.error',
  'end_session_confirm.error',
];

function refused(ctx: KoaContextWithOIDC, event: string, error: errors.OIDCProviderError): void {
  line(ctx, 'request refused', {
    event,
    error: error.error,
    description: error.error_description,
    detail: error.error_detail,
  });
}

function failed(ctx: KoaContextWithOIDC, error: Error): void {
  const message = isAway(error) ? 'a store or the signer is away' : 'the provider failed';
  ctx.state.log.error({ err: error, route: ctx.oidc.route }, message);
}

function line(ctx: KoaContextWithOIDC, message: string, fields: object): void {
  const { client, route } = ctx.oidc;
  ctx.state.log.info({ ...fields, route, clientId: client?.clientId }, message);
}
