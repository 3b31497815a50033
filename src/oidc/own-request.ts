import { randomBytes } from 'node:crypto';
import type { Provider } from 'oidc-provider';
import { OWN_CLIENT_ID, ownClient } from '../clients/own-client.ts';
import { digest } from '../crypto/digest.ts';
import type { Progress } from './dispatch.ts';

/**
 * Its code is good for nothing: nobody keeps the verifier. Who brings something along is asked even if somebody is
 * signed in.
 */
export function ownRequest(provider: Provider, progress: Progress | undefined): string {
  const [redirectUri = ''] = ownClient(provider.issuer).redirectUris;
  const query = new URLSearchParams({
    client_id: OWN_CLIENT_ID,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: 'openid',
    code_challenge: digest(randomBytes(32).toString('base64url')),
    code_challenge_method: 'S256',
    ...(progress && { prompt: progress.wants === 'sign-up' ? 'create' : 'login' }),
  });
  return `${provider.pathFor('authorization')}?${query.toString()}`;
}
