import {
  type Client as LibraryClient,
  type Configuration,
  type KoaContextWithOIDC,
  type ResourceServer,
  errors,
} from 'oidc-provider';
import type { Api } from '../apis/api.ts';
import { OPENID_SCOPES } from '../clients/client.ts';
import { registrationOf } from './client-cache.ts';
import { listed } from './scopes.ts';

type ResourceIndicators = NonNullable<NonNullable<Configuration['features']>['resourceIndicators']>;

export interface ResourceDeps {
  issuer: string;
  accessTokenS: number;
  apis: { find(audience: string): Promise<Api | undefined> };
}

/**
 * Whom access tokens are for. Without a `resource` parameter that is the default API, the issuer: it holds every
 * OpenID scope, and its tokens are good at /me.
 */
export function resourceIndicators(deps: ResourceDeps): ResourceIndicators {
  const { issuer } = deps;
  return {
    enabled: true,
    useGrantedResource: () => true,
    defaultResource: (_ctx, _client, oneOf) => {
      if (!oneOf) return issuer;
      return oneOf.includes(issuer) ? issuer : oneOf;
    },
    async getResourceServerInfo(ctx, resource, client) {
      const server = await resourceServer(deps, ctx, resource, client);
      refuseOtherScopes(ctx, server);
      return server;
    },
  };
}

async function resourceServer(
  deps: ResourceDeps,
  ctx: KoaContextWithOIDC,
  resource: string,
  client: LibraryClient,
): Promise<ResourceServer> {
  const jwt = { accessTokenFormat: 'jwt', jwt: { sign: { alg: 'RS256' } } } as const;
  if (resource === deps.issuer) {
    const scope = byItself(ctx) ? '' : OPENID_SCOPES.join(' ');
    return { ...jwt, audience: resource, scope, accessTokenTTL: deps.accessTokenS };
  }
  const allowed = registrationOf(client).apis[resource];
  const api = allowed && (await deps.apis.find(resource));
  if (!api) throw new errors.InvalidTarget();
  const scope = api.scopes.map(({ name }) => name).filter((name) => allowed.includes(name));
  const accessTokenTTL = api.accessTokenS ?? deps.accessTokenS;
  return { ...jwt, audience: resource, scope: scope.join(' '), accessTokenTTL };
}

/** A client that acts for nobody has nobody to ask: what it may not have is refused, not left out (RFC 6749 3.3). */
function refuseOtherScopes(ctx: KoaContextWithOIDC, { scope }: ResourceServer): void {
  if (!byItself(ctx)) return;
  const allowed = listed(scope);
  const refused = listed(ctx.oidc.params?.['scope']).filter((name) => !allowed.includes(name));
  if (refused.length > 0) {
    throw new errors.InvalidScope('requested scope is not allowed', refused.join(' '));
  }
}

function byItself(ctx: KoaContextWithOIDC): boolean {
  return ctx.oidc.params?.['grant_type'] === 'client_credentials';
}
