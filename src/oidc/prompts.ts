import { interactionPolicy } from 'oidc-provider';
import { claimableRedirectCheck } from './claimable-redirect.ts';
import { hintCheck } from './id-token-hint.ts';

/** `create`: Initiating User Registration via OpenID Connect 1.0. */
export const ADVERTISED_PROMPTS = ['none', 'login', 'consent', 'create'];

/** When the person is asked, and for what: to sign in, to agree, to continue. */
export function prompts(issuer: string): interactionPolicy.DefaultPolicy {
  const policy = interactionPolicy.base();
  const login = policy.get('login');
  const consent = policy.get('consent');
  if (!login || !consent) throw new Error('oidc-provider has changed: its prompts are not found');
  login.checks.remove('id_token_hint');
  login.checks.add(hintCheck());
  consent.checks.remove('native_client_prompt');
  consent.checks.add(claimableRedirectCheck(issuer));
  // Before all others: whoever would like an account is asked for no other sign-in.
  policy.add(new interactionPolicy.Prompt({ name: 'create', requestable: true }), 0);
  return policy;
}
