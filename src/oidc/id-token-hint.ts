import type { Middleware } from 'koa';
import { type IdToken, Provider, interactionPolicy } from 'oidc-provider';
import type { KeyRing } from '../keys/key-ring.ts';
import { verifyHint } from './own-tokens.ts';

/**
 * `id_token_hint`: whom the application believes to be signed in. Any key that we published within the last 90 days
 * may have signed it. One that cannot be verified is no error of the person: the person is asked.
 */
export function installHints(provider: Provider, ring: KeyRing): void {
  const validate: typeof IdToken.validate = async (jwt, client) => {
    const token = verifyHint(ring, jwt, { issuer: provider.issuer, clientId: client.clientId });
    if (token) return token;
    if (SIGN_IN.has(Provider.ctx?.oidc.route ?? '')) return { header: {}, payload: {} };
    throw new Error('the hint was not signed by us for this client');
  };
  provider.IdToken.validate = validate;
}

const SIGN_IN = new Set(['authorization', 'pushed_authorization_request']);

/** Asks for a sign-in until the person whom the hint names is there; for an unverified hint, once. */
export function hintCheck(): interactionPolicy.Check {
  return new interactionPolicy.Check(
    'id_token_hint',
    'id_token_hint and authenticated subject do not match',
    'login_required',
    ({ oidc }) => {
      const hint = oidc.entities.IdTokenHint;
      if (!hint) return false;
      const { sub } = hint.payload;
      if (sub === undefined) return !oidc.result?.login;
      return sub !== oidc.session?.accountId;
    },
  );
}

/**
 * At sign-out an unverified hint says nothing about where to go afterwards: the person is asked, and stays here
 * (OpenID Connect RP-Initiated Logout 1.0, 2 and 4).
 */
export function forgetUnverifiedHint(ring: KeyRing, issuer: string): Middleware {
  return (ctx, next) => {
    const hint = ctx.path === '/session/end' ? ctx.query['id_token_hint'] : undefined;
    if (typeof hint === 'string' && !isOurs(ring, issuer, hint)) {
      const { id_token_hint: _hint, post_logout_redirect_uri: _uri, ...rest } = ctx.query;
      ctx.query = rest;
    }
    return next();
  };
}

function isOurs(ring: KeyRing, issuer: string, jwt: string): boolean {
  return audiences(jwt).some((clientId) => verifyHint(ring, jwt, { issuer, clientId }));
}

function audiences(jwt: string): string[] {
  try {
    const payload: unknown = JSON.parse(
      Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString(),
    );
    return [Object(payload).aud].flat().filter((aud) => typeof aud === 'string');
  } catch {
    return [];
  }
}
