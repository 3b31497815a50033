import type { Configuration } from 'oidc-provider';
import type { ApiStore } from '../apis/store.ts';
import { OPENID_SCOPES } from '../clients/client.ts';
import { createAdapter } from './adapter.ts';
import { nameGrant } from './access-tokens.ts';
import { claims } from './claims.ts';
import { registrationOf } from './client-cache.ts';
import { fetchClientKeys } from './client-keys.ts';
import { cookies } from './cookies.ts';
import { mayCallFrom } from './cors.ts';
import { told } from './errors.ts';
import { type ExistingGrantDeps, existingGrant } from './existing-grant.ts';
import { features } from './features.ts';
import { findAccount } from './find-account.ts';
import { lifetimes } from './lifetimes.ts';
import { prompts } from './prompts.ts';
import type { ProviderDeps } from './provider.ts';
import { RingKey } from './ring-key.ts';
import { OFFLINE, parameterChecks } from './scopes.ts';

/** What the provider adds to what it was given. */
export interface Parts extends Pick<ExistingGrantDeps, 'newGrant'> {
  apis: Pick<ApiStore, 'find'>;
}

/** The library's configuration, assembled; each concern has a file of its own. */
export function configuration(deps: ProviderDeps, parts: Parts): Configuration {
  const { settings, pages } = deps;
  const { vitals } = deps.storage;
  const issuer = settings.ISSUER;
  return {
    ...DECISIONS,
    claims: claims(settings.GATEHOUSE_PROFILE ?? []),
    adapter: createAdapter(deps.storage),
    jwks: { keys: [new RingKey(deps.ring)] },
    cookies: cookies(issuer, deps.cookieKeys),
    ttl: lifetimes(settings),
    interactions: {
      policy: prompts(issuer),
      url: (ctx, interaction) => deps.interactionUrl(ctx, interaction),
    },
    features: features({
      pages,
      issuer,
      apis: parts.apis,
      accessTokenS: settings.GATEHOUSE_TTL_ACCESS_TOKEN,
    }),
    loadExistingGrant: existingGrant({
      ...deps,
      ...parts,
      vitals,
      grantS: settings.GATEHOUSE_TTL_REFRESH_TOKEN_ABSOLUTE,
    }),
    findAccount: (ctx, id) =>
      findAccount({ vitals, ownFields: settings.GATEHOUSE_PROFILE ?? [] }, ctx, id),
    // Of all that the library could fetch, the keys of clients are all that is on.
    fetch: fetchClientKeys(deps.now),
    renderError: (ctx, out, error) => pages.error(ctx, told(out, error), error),
  };
}

/** The same for every house: each line is a default of the library that was looked at. */
const DECISIONS: Configuration = {
  scopes: OPENID_SCOPES,
  // The ID token carries what /me does.
  conformIdTokenClaims: false,
  subjectTypes: ['public'],
  responseTypes: ['code'],
  pkce: { required: () => true },
  // What was not sent cannot be compared (RFC 6749 4.1.3).
  allowOmittingSingleRegisteredRedirectUri: false,
  clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'],
  enabledJWA: {
    idTokenSigningAlgValues: ['RS256'],
    clientAuthSigningAlgValues: ['RS256', 'PS256', 'ES256', 'Ed25519', 'EdDSA'],
    dPoPSigningAlgValues: ['ES256', 'Ed25519', 'EdDSA'],
  },
  extraParams: parameterChecks,
  clientBasedCORS: (_ctx, origin, client) => mayCallFrom(registrationOf(client), origin),
  rotateRefreshToken: true,
  issueRefreshToken: (_ctx, client) => client.grantTypeAllowed('refresh_token'),
  expiresWithSession: (_ctx, source) => !source.scopes.has(OFFLINE),
  // The grant is the one truth about whether what came from it lives.
  revokeGrantPolicy: () => true,
  formats: { customizers: { jwt: nameGrant } },
  clockTolerance: 5,
  discovery: {
    ui_locales_supported: ['en', 'fr', 'ru'],
    // One page for all of them: it fits a small window, and fingers.
    display_values_supported: ['page', 'popup', 'touch'],
  },
};
