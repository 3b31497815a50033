import { type KoaContextWithOIDC, errors } from 'oidc-provider';

/** Agreed to: what was issued lives on after sign-out. */
export const OFFLINE = 'offline_access';

/**
 * The library forgets `offline_access` unless the request says `prompt=consent` too. Whether somebody agrees is asked
 * of the person where it was never asked before, so the scope is put back here; a client that may not refresh, or may
 * not ask for it, has it ignored as before (OpenID Connect Core 11).
 */
export function keepOfflineAccess(ctx: KoaContextWithOIDC): void {
  const { client, params } = ctx.oidc;
  if (!client || !params || !listed(requestedScope(ctx)).includes(OFFLINE)) return;
  if (!client.grantTypeAllowed('refresh_token') || !listed(client.scope).includes(OFFLINE)) return;
  params['scope'] = [...new Set([...listed(params['scope']), OFFLINE])].join(' ');
}

/**
 * Runs among the library's checks of extra parameters: the one place after its check of scopes and before anything
 * is stored, where all parameters have been read.
 */
export const parameterChecks = {
  scope(ctx: KoaContextWithOIDC): void {
    refuseNul(ctx);
    keepOfflineAccess(ctx);
  },
};

/** PostgreSQL cannot keep a NUL character in a text; no honest parameter holds one. */
function refuseNul({ oidc }: KoaContextWithOIDC): void {
  const values = Object.values(oidc.params ?? {}).flat();
  if (values.some((value) => typeof value === 'string' && value.includes('\0'))) {
    throw new errors.InvalidRequest('parameters must not contain NUL characters');
  }
}

/** As the application wrote it, before the library's check. */
function requestedScope(ctx: KoaContextWithOIDC): unknown {
  const { oidc } = ctx;
  if (oidc.route === 'pushed_authorization_request') return oidc.body?.['scope'];
  const pushed = oidc.entities.PushedAuthorizationRequest;
  return pushed ? payloadOf(pushed.request)['scope'] : ctx.query['scope'];
}

/** What was pushed is kept as an unsecured JWT of our own making. */
function payloadOf(jwt: string): Record<string, unknown> {
  const [, payload = ''] = jwt.split('.');
  return Object(JSON.parse(Buffer.from(payload, 'base64url').toString()));
}

export function listed(scope: unknown): string[] {
  return typeof scope === 'string' ? scope.split(' ').filter(Boolean) : [];
}
