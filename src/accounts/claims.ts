import type { Account } from './account.ts';
import { type OwnField, ownClaims } from './own-fields.ts';

/** What each scope tells of a person (OpenID Connect Core 5.1 and 5.4). */
export const CLAIMS_OF_SCOPE = {
  openid: ['sub'],
  profile: [
    'name',
    'given_name',
    'family_name',
    'preferred_username',
    'picture',
    'birthdate',
    'zoneinfo',
    'locale',
    'updated_at',
  ],
  email: ['email', 'email_verified'],
  phone: ['phone_number', 'phone_number_verified'],
} as const;

export interface AccountClaims {
  sub: string;
  [claim: string]: string | number | boolean;
}

/** Everything that may be told of a person, the operator's own fields included; which of it is told follows from the granted scopes. */
export function claimsOf(account: Account, ownFields: readonly OwnField[] = []): AccountClaims {
  const { givenName, familyName, phone } = account;
  const told = {
    name: [givenName, familyName].filter(Boolean).join(' ') || undefined,
    given_name: givenName,
    family_name: familyName,
    preferred_username: account.username,
    picture: account.picture,
    birthdate: account.birthdate,
    zoneinfo: account.zoneinfo,
    locale: account.locale,
    updated_at: Math.floor(account.updatedAt.getTime() / 1000),
    email: account.email,
    email_verified: account.emailVerifiedAt !== undefined,
    phone_number: phone,
    ...ownClaims(ownFields, account.ownFields),
    phone_number_verified: phone && account.phoneVerifiedAt !== undefined,
  };
  const claims: AccountClaims = { sub: account.id };
  for (const [claim, value] of Object.entries(told)) {
    if (value !== undefined && value !== '') claims[claim] = value;
  }
  return claims;
}
