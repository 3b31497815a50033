import type { ShownClient } from '../clients/show-client.ts';
import type { ClientRegistration } from '../clients/store.ts';

/** A client for --json, by the names of RFC 7591 where it has one. */
export function clientMetadata(client: ClientRegistration | ShownClient) {
  return {
    client_id: client.id,
    client_name: client.name,
    first_party: client.firstParty,
    application_type: client.kind,
    token_endpoint_auth_method: client.tokenEndpointAuthMethod,
    grant_types: client.grantTypes,
    redirect_uris: client.redirectUris,
    post_logout_redirect_uris: client.postLogoutRedirectUris,
    scope: client.scopes.join(' '),
    apis: client.apis,
    cors_origins: client.corsOrigins,
    require_pushed_authorization_requests: client.requirePushedRequests,
    dpop_bound_access_tokens: client.dpopBoundAccessTokens,
    jwks: client.jwks,
    jwks_uri: client.jwksUri,
    backchannel_logout_uri: client.backchannelLogoutUri,
    backchannel_logout_session_required: client.backchannelLogoutSessionRequired,
    client_uri: client.clientUri,
    policy_uri: client.policyUri,
    tos_uri: client.tosUri,
    development: client.development,
    ...('secrets' in client && {
      has_logo: client.hasLogo,
      secrets: client.secrets.map(({ id, createdAt, expiresAt, works }) => ({
        id,
        created_at: createdAt,
        expires_at: expiresAt,
        works,
      })),
      created_at: client.createdAt,
      updated_at: client.updatedAt,
    }),
  };
}
