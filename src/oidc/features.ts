import type { Configuration } from 'oidc-provider';
import { mayIntrospect } from './introspection.ts';
import type { ProviderDeps } from './provider.ts';
import { type ResourceDeps, resourceIndicators } from './resources.ts';

/** What of the library is on. Everything else is off and unadvertised, by decision. */
export function features(
  deps: Pick<ProviderDeps, 'pages'> & ResourceDeps,
): NonNullable<Configuration['features']> {
  return {
    devInteractions: { enabled: false },
    externalSigningSupport: { enabled: true, ack: 'experimental-01' },
    claimsParameter: { enabled: false },
    clientCredentials: { enabled: true },
    dPoP: { enabled: true },
    pushedAuthorizationRequests: { enabled: true },
    introspection: {
      enabled: true,
      allowedPolicy: (_ctx, client, token) => mayIntrospect(deps.apis, client, token),
    },
    revocation: {
      enabled: true,
      allowedPolicy: (_ctx, client, token) => client.clientId === token.clientId,
    },
    resourceIndicators: resourceIndicators(deps),
    rpInitiatedLogout: {
      enabled: true,
      logoutSource: (ctx, form) => deps.pages.signOut(ctx, form),
      postLogoutSuccessSource: (ctx) => deps.pages.signedOut(ctx),
    },
  };
}
