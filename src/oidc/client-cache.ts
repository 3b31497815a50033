import { randomBytes } from 'node:crypto';
import type { Client as LibraryClient, ClientMetadata, Provider } from 'oidc-provider';
import type { ChangeFeed } from '../changes/change-feed.ts';
import { CLIENT_ID, type Client } from '../clients/client.ts';
import { logoPath } from '../clients/logo-routes.ts';
import { ownClient } from '../clients/own-client.ts';
import type { ClientStore } from '../clients/store.ts';
import { type ClientSecretDeps, secretCheck } from './client-secrets.ts';
import { followingCache } from './following-cache.ts';

/** Built clients that one process keeps: about 1.6 KiB each. */
const KEPT = 20_000;
const KEPT_UNKNOWN = 1_000;

/**
 * The library wants a secret where the method needs one. Nobody ever learns this one, it opens nothing, and it is
 * another in every process.
 */
const PLACEHOLDER = randomBytes(32).toString('base64url');

const registrations = new WeakMap<LibraryClient, Client>();

/** As it is registered with us: what the library's client has no words for. */
export function registrationOf(client: LibraryClient): Client {
  const registration = registrations.get(client);
  if (!registration) throw new Error(`client ${client.clientId} was not built by us`);
  return registration;
}

export interface ClientCacheDeps extends ClientSecretDeps {
  issuer: string;
  clients: Pick<ClientStore, 'find'>;
  changes: ChangeFeed;
}

/**
 * The library would rebuild and check a client at each request once it knows a hundred of them, and compare secrets
 * in clear. Here clients are kept built, follow every change, and secrets are compared by their hashes.
 */
export function installClientCache(provider: Provider, deps: ClientCacheDeps): () => void {
  const { Client } = provider;
  const own = ownClient(deps.issuer);
  const cache = followingCache<LibraryClient>({
    kind: 'client',
    limit: KEPT,
    limitUnknown: KEPT_UNKNOWN,
    changes: deps.changes,
    async load(id) {
      const registration = await deps.clients.find(id);
      return registration && build(provider, registration, deps.issuer);
    },
  });
  let builtOwn: LibraryClient | undefined;

  Client.find = async (id: unknown) => {
    if (typeof id !== 'string' || !CLIENT_ID.test(id)) return undefined;
    if (id === own.id) return (builtOwn ??= build(provider, own, deps.issuer));
    return cache.find(id);
  };
  Client.prototype.compareClientSecret = secretCheck(deps, registrationOf);
  return cache.stop;
}

type ClientConstructor = new (metadata: ClientMetadata) => LibraryClient;

function build(provider: Provider, registration: Client, issuer: string): LibraryClient {
  const Constructor: ClientConstructor = Object(provider.Client);
  const client = new Constructor(metadataOf(registration, issuer));
  registrations.set(client, registration);
  return client;
}

function metadataOf(client: Client, issuer: string): ClientMetadata {
  const byCode = client.grantTypes.includes('authorization_code');
  const method = client.tokenEndpointAuthMethod;
  return {
    client_id: client.id,
    client_name: client.name,
    ...(method.startsWith('client_secret') && { client_secret: PLACEHOLDER }),
    application_type: client.kind,
    token_endpoint_auth_method: method,
    grant_types: client.grantTypes,
    response_types: byCode ? ['code'] : [],
    redirect_uris: client.redirectUris,
    post_logout_redirect_uris: client.postLogoutRedirectUris,
    ...(client.scopes.length > 0 && { scope: client.scopes.join(' ') }),
    require_pushed_authorization_requests: client.requirePushedRequests,
    dpop_bound_access_tokens: client.dpopBoundAccessTokens,
    jwks: client.jwks,
    jwks_uri: client.jwksUri,
    client_uri: client.clientUri,
    policy_uri: client.policyUri,
    tos_uri: client.tosUri,
    ...(client.hasLogo && { logo_uri: `${issuer}${logoPath(client.id)}` }),
  };
}
