import type { Account } from '../../src/accounts/account.ts';
import { CLAIMS_OF_SCOPE, claimsOf } from '../../src/accounts/claims.ts';

const bare: Account = {
  id: '0e0e4bf8-3ba7-4a7e-9c6c-0d9d9f4a4f10',
  email: 'you@example.com',
  admin: false,
  credentialVersion: 1,
  signOutVersion: 1,
  unlocks: 0,
  createdAt: new Date('2026-11-20T12:00:00Z'),
  updatedAt: new Date('2026-11-20T12:00:00.900Z'),
};

it('tells of a bare account no more than there is', () => {
  expect(claimsOf(bare)).toEqual({
    sub: bare.id,
    updated_at: 1795176000,
    email: 'you@example.com',
    email_verified: false,
  });
});

it('tells everything of a full one, and never a hash, a version or who administers', () => {
  const claims = claimsOf({
    ...bare,
    emailVerifiedAt: new Date(),
    username: 'you',
    givenName: 'Ada',
    familyName: 'Lovelace',
    phone: '+33123456789',
    picture: 'https://example.com/ada.png',
    birthdate: '1815-12-10',
    locale: 'fr',
    zoneinfo: 'Europe/Paris',
    admin: true,
    passwordHash: '$argon2id$',
  });
  expect(claims).toMatchObject({
    name: 'Ada Lovelace',
    preferred_username: 'you',
    email_verified: true,
    phone_number: '+33123456789',
    phone_number_verified: false,
  });
  const told = Object.values<readonly string[]>(CLAIMS_OF_SCOPE).flat();
  expect(Object.keys(claims).toSorted()).toEqual(told.toSorted());
});

it('names somebody of whom only one name is known', () => {
  expect(claimsOf({ ...bare, familyName: 'Sukarno' })).toMatchObject({ name: 'Sukarno' });
});
