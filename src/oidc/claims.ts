import type { Configuration } from 'oidc-provider';
import { CLAIMS_OF_SCOPE } from '../accounts/claims.ts';

/** Which claims a scope opens, in the ID token and at /me alike. The ID token also says when and how somebody signed in. */
export const CLAIMS: NonNullable<Configuration['claims']> = {
  ...CLAIMS_OF_SCOPE,
  openid: [...CLAIMS_OF_SCOPE.openid, 'auth_time', 'amr'],
  iss: null,
};
