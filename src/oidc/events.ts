import type { EventEmitter } from 'node:events';
import type { Middleware } from 'koa';
import type { KoaContextWithOIDC, Provider, errors } from 'oidc-provider';
import type { AuditEventName, AuditEvents, Circumstances } from '../audit/events.ts';
import type { AuditTrail } from '../audit/store.ts';
import { isAway } from './errors.ts';

export interface EventDeps {
  audit: Pick<AuditTrail, 'record'>;
}

type Recorder = <Name extends AuditEventName>(
  ctx: KoaContextWithOIDC,
  name: Name,
  details: AuditEvents[Name],
) => void;

/**
 * What the library tells becomes log lines and audit events. Its `*.saved` and `*.consumed` come before our own
 * commit, so only those are heard that come after it. Whatever is written is written before the answer leaves.
 */
export function installEvents(provider: Provider, { audit }: EventDeps): void {
  const record: Recorder = (ctx, name, details) => {
    underWay(ctx).push(audit.record(name, details, circumstances(ctx)));
  };
  provider.on('grant.success', (ctx) => {
    const grantType = String(ctx.oidc.params?.['grant_type']);
    line(ctx, 'tokens issued', { grantType });
    if (grantType === 'authorization_code') record(ctx, 'tokens-issued', { grantType });
  });
  provider.on('grant.error', (ctx, error) => {
    const replayed = replayOf(ctx, error);
    if (replayed) record(ctx, replayed.name, { grantId: replayed.grantId });
  });
  provider.on('grant.revoked', (ctx, grantId) => {
    ctx.state[REVOKED] = grantId;
    if (ctx.oidc.route === 'revocation') record(ctx, 'grant-revoked', { grantId });
  });
  const emitter: EventEmitter = provider;
  for (const event of ERRORS) {
    emitter.on(event, (ctx: KoaContextWithOIDC, error: errors.OIDCProviderError) =>
      refused(ctx, event, error),
    );
  }
  provider.on('server_error', failed);
}

/** An answer waits for what it caused to be written. */
export function writtenEvents(): Middleware {
  return async (ctx, next) => {
    await next();
    const pending: Promise<void>[] = ctx.state[PENDING] ?? [];
    for (const outcome of await Promise.allSettled(pending)) {
      if (outcome.status === 'rejected') {
        ctx.state.log.error({ err: outcome.reason }, 'an audit event was not written');
      }
    }
  };
}

const PENDING = 'auditEventsUnderWay';

function underWay(ctx: KoaContextWithOIDC): Promise<void>[] {
  return (ctx.state[PENDING] ??= []);
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

/** The library ends the family by itself and then tells why, in words alone. */
function replayOf(ctx: KoaContextWithOIDC, error: errors.OIDCProviderError) {
  const grantId: unknown = ctx.state[REVOKED];
  const name = REPLAYS[error.error_detail ?? ''];
  return name && typeof grantId === 'string' ? { name, grantId } : undefined;
}

const REVOKED = 'revokedGrant';
const REPLAYS: Record<string, 'refresh-token-replayed' | 'authorization-code-replayed'> = {
  'refresh token already used': 'refresh-token-replayed',
  'authorization code already consumed': 'authorization-code-replayed',
};

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

function circumstances(ctx: KoaContextWithOIDC): Circumstances {
  const { client, account } = ctx.oidc;
  const userAgent = ctx.get('User-Agent');
  return {
    actor: 'client',
    requestId: ctx.state.requestId,
    ip: ctx.ip,
    ...(client && { clientId: client.clientId }),
    ...(account && { accountId: account.accountId }),
    ...(userAgent && { userAgent }),
  };
}
