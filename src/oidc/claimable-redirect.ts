import { interactionPolicy } from 'oidc-provider';
import { anyProgramCanClaim } from '../clients/redirectable.ts';
import { registrationOf } from './client-cache.ts';

/**
 * Where any program on the device could claim a redirect, a code must not leave without the person's own act
 * (RFC 8252 8.6): one page each time, and `prompt=none` is refused. First-party clients would otherwise ask for
 * nothing, and native ones cannot prove who they are. A web application that the person agreed to stays agreed to.
 */
export function claimableRedirectCheck(issuer: string): interactionPolicy.Check {
  return new interactionPolicy.Check(
    'claimable_redirect',
    'any program on the device could claim the redirect, so the person must continue by hand',
    'interaction_required',
    ({ oidc }) => {
      if (!oidc.client || oidc.result?.consent) return false;
      const { firstParty, kind } = registrationOf(oidc.client);
      if (!firstParty && kind !== 'native') return false;
      return anyProgramCanClaim(String(oidc.params?.['redirect_uri']), issuer);
    },
  );
}
