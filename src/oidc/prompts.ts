import { interactionPolicy } from 'oidc-provider';
import { claimableRedirectCheck } from './claimable-redirect.ts';
import { hintCheck } from './id-token-hint.ts';

/** What is advertised. `create` is a name kept for sign-up: until that exists it is refused like any unknown prompt. */
export const ADVERTISED_PROMPTS = ['none', 'login', 'consent'];

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
  return policy;
}
