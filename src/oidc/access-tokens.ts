import introspection from 'oidc-provider/lib/actions/introspection.js';
import revocation from 'oidc-provider/lib/actions/revocation.js';
import rejectStructuredTokens from 'oidc-provider/lib/shared/reject_structured_tokens.js';
import {
  type AccessToken,
  type ClientCredentials,
  type KoaContextWithOIDC,
  Provider,
} from 'oidc-provider';
import { digest } from '../crypto/digest.ts';
import type { KeyRing } from '../keys/key-ring.ts';
import { type OwnClaims, verifyOwn } from './own-tokens.ts';
import type { RevokedTokenStore } from './protocol-store.ts';

/**
 * Our access tokens are JWTs (RFC 9068), which the library issues but does not take back. Here it learns to read
 * them, so that its own /me, introspection and revocation serve them with all their checks. Nothing is stored for a
 * token: it names its grant (`gid`), and the grant decides whether it lives.
 */
export interface AccessTokenDeps {
  ring: KeyRing;
  issuer: string;
  revokedTokens: Pick<RevokedTokenStore, 'isRevoked'>;
  now: () => Date;
}

export function installAccessTokens(provider: Provider, deps: AccessTokenDeps): void {
  const { AccessToken, ClientCredentials, Client, Grant } = provider;
  const NewAccessToken: FromPayload<AccessToken> = Object(AccessToken);
  const NewClientCredentials: FromPayload<ClientCredentials> = Object(ClientCredentials);

  Object.assign(AccessToken, {
    async find(value: unknown): Promise<AccessToken | undefined> {
      const claims = read(deps, value);
      if (!claims?.gid || !claims.client_id) return undefined;
      const grant = await Grant.find(claims.gid);
      if (!grant || grant.clientId !== claims.client_id) return undefined;
      const token = { ...common(claims), grantId: claims.gid, accountId: grant.accountId };
      return new NewAccessToken({
        ...token,
        aud: atMe(claims, deps.issuer) ? undefined : claims.aud,
      });
    },
  });

  Object.assign(ClientCredentials, {
    async find(value: unknown): Promise<ClientCredentials | undefined> {
      const claims = read(deps, value);
      if (!claims?.jti || claims.gid || claims.sub !== claims.client_id) return undefined;
      if (!(await Client.find(claims.sub))) return undefined;
      if (await deps.revokedTokens.isRevoked(digest(claims.jti))) return undefined;
      return new NewClientCredentials({ ...common(claims), aud: claims.aud });
    },
  });
}

/** For `formats.customizers.jwt`. A token without `gid` belongs to a client that acts for nobody. */
export function nameGrant(
  _ctx: KoaContextWithOIDC,
  token: AccessToken | ClientCredentials,
  jwt: { payload: Record<string, unknown> },
): void {
  if (token.kind === 'AccessToken') jwt.payload['gid'] = token.grantId;
}

/**
 * The library's introspection and revocation refuse whatever looks like a JWT before they look it up. That one check
 * is taken out of both; this must happen before a Provider is made, and fails loudly where the library has changed.
 */
export function admitStructuredTokens(endpoints = [introspection, revocation]): void {
  for (const actions of endpoints) {
    const at = actions.indexOf(rejectStructuredTokens);
    if (at !== -1) actions.splice(at, 1);
    else if (!admitted.has(actions)) {
      throw new Error('oidc-provider has changed: its refusal of structured tokens is not found');
    }
    admitted.add(actions);
  }
}

const admitted = new WeakSet<object>();

function read(deps: AccessTokenDeps, value: unknown): OwnClaims | undefined {
  if (typeof value !== 'string' || !value.startsWith('ey')) return undefined;
  const { ring, issuer, now } = deps;
  return verifyOwn(ring, value, { issuer, typ: 'at+jwt', now: now() })?.payload;
}

/** The library takes an absent audience for "good at /me"; ours is the issuer. */
function atMe(claims: OwnClaims, issuer: string): boolean {
  return claims.aud === issuer && Provider.ctx?.oidc.route === 'userinfo';
}

function common(claims: OwnClaims) {
  return {
    jti: claims.jti,
    clientId: claims.client_id,
    scope: claims.scope,
    iat: claims.iat,
    exp: claims.exp,
    jkt: claims.cnf?.jkt,
  };
}

/** Its published constructor wants a whole client where its own `find` gives it a payload. */
type FromPayload<T> = new (payload: object) => T;
