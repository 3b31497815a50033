import * as client from 'openid-client';
import { type CheckedToken, type JwkSet, checkToken } from './check-token.ts';
import { DEMO } from './demo-clients.ts';
import type { DemoTokens, DemoVisit } from './demo-visits.ts';

/**
 * An application like any other: it knows the server by its address alone and speaks to it over HTTP, with a library
 * that many use. Owns what an application does; refuses to look behind the server's doors.
 */
export interface RelyingParty {
  /** Where to send the browser, and what to remember meanwhile. */
  ask(locale: string): Promise<{ url: string; asked: NonNullable<DemoVisit['asked']> }>;
  redeem(answer: URL, asked: NonNullable<DemoVisit['asked']>): Promise<DemoTokens>;
  refresh(tokens: DemoTokens): Promise<DemoTokens>;
  me(tokens: DemoTokens): Promise<Record<string, unknown>>;
  /** Where to send the browser to sign out. */
  signOutUrl(tokens: DemoTokens): Promise<string>;
  check(tokens: DemoTokens, nonce: string | undefined, now: Date): Promise<CheckedTokens>;
}

export interface CheckedTokens {
  id: CheckedToken;
  access: CheckedToken;
}

export function relyingParty(issuer: string): RelyingParty {
  const discovered = () => discover(issuer);
  return {
    ask: (locale) => ask(issuer, locale),
    async redeem(answer, { state, nonce, verifier }) {
      const tokens = await client.authorizationCodeGrant(await discovered(), answer, {
        pkceCodeVerifier: verifier,
        expectedState: state,
        expectedNonce: nonce,
      });
      return taken(tokens);
    },
    async refresh({ idToken, refreshToken = '' }) {
      return taken(await client.refreshTokenGrant(await discovered(), refreshToken), idToken);
    },
    async me({ accessToken, idToken }) {
      const { sub } = claimsOf(idToken);
      return { ...(await client.fetchUserInfo(await discovered(), accessToken, String(sub))) };
    },
    async signOutUrl({ idToken }) {
      const url = client.buildEndSessionUrl(await discovered(), {
        id_token_hint: idToken,
        post_logout_redirect_uri: `${issuer}/demo`,
      });
      return url.href;
    },
    async check({ idToken, accessToken }, nonce, now) {
      const { jwks_uri: address = '' } = (await discovered()).serverMetadata();
      const jwks: JwkSet = Object(await (await fetch(address)).json());
      const subject = String(claimsOf(idToken)['sub']);
      const id = { issuer, audience: DEMO, ...(nonce !== undefined && { nonce }) };
      const access = { issuer, audience: issuer, type: 'at+jwt', clientId: DEMO, subject };
      return {
        id: checkToken(idToken, jwks, id, now),
        access: checkToken(accessToken, jwks, access, now),
      };
    },
  };
}

/** Each time anew: the demo should tell what the server says now. */
async function discover(issuer: string): Promise<client.Configuration> {
  const plain = issuer.startsWith('http:') ? [client.allowInsecureRequests] : [];
  return client.discovery(new URL(issuer), DEMO, undefined, client.None(), {
    execute: [client.enableNonRepudiationChecks, ...plain],
    timeout: 5,
  });
}

async function ask(issuer: string, locale: string) {
  const asked = {
    state: client.randomState(),
    nonce: client.randomNonce(),
    verifier: client.randomPKCECodeVerifier(),
  };
  const url = client.buildAuthorizationUrl(await discover(issuer), {
    redirect_uri: `${issuer}/demo/callback`,
    scope: 'openid profile email',
    state: asked.state,
    nonce: asked.nonce,
    code_challenge: await client.calculatePKCECodeChallenge(asked.verifier),
    code_challenge_method: 'S256',
    ui_locales: locale,
  });
  return { url: url.href, asked };
}

/** A refresh may answer without a new ID token: the one that was there stays. */
function taken(
  answer: Awaited<ReturnType<typeof client.refreshTokenGrant>>,
  idToken = '',
): DemoTokens {
  return {
    idToken: answer.id_token ?? idToken,
    accessToken: answer.access_token,
    ...(answer.refresh_token !== undefined && { refreshToken: answer.refresh_token }),
  };
}

function claimsOf(token: string): Record<string, unknown> {
  return Object(JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()));
}
