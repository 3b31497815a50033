import type { Configuration } from 'oidc-provider';
import type { OwnField } from '../accounts/own-fields.ts';
import { CLAIMS_OF_SCOPE } from '../accounts/claims.ts';

/** Which claims a scope opens, in the ID token and at /me alike. The ID token also says when and how somebody signed in. */
export function claims(ownFields: readonly OwnField[]): NonNullable<Configuration['claims']> {
  const own = ownFields.flatMap(({ claim = [] }) => claim);
  return {
    ...CLAIMS_OF_SCOPE,
    profile: [...CLAIMS_OF_SCOPE.profile, ...own],
    openid: [...CLAIMS_OF_SCOPE.openid, 'auth_time', 'amr'],
    iss: null,
  };
}
