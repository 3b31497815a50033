import { checkProfile } from '../../src/accounts/profile.ts';

const now = new Date('2026-11-20T12:00:00Z');

it.each([
  [{ givenName: ' Zoe\u0308 ' }, { givenName: 'Zoë' }],
  [{ givenName: '' }, {}],
  [{ familyName: '<script>' }, { familyName: '<script>' }],
  [{ givenName: 'é'.repeat(100) }, { givenName: 'é'.repeat(100) }],
  [{ phone: '+33 (1) 23-45.67 89' }, { phone: '+33123456789' }],
  [{ picture: 'https://example.com/me.png' }, { picture: 'https://example.com/me.png' }],
  [{ birthdate: '2000-02-29' }, { birthdate: '2000-02-29' }],
  [{ birthdate: '0000-02-29' }, { birthdate: '0000-02-29' }],
  [{ locale: 'FR-ca' }, { locale: 'fr-CA' }],
  [{ zoneinfo: 'europe/paris' }, { zoneinfo: 'Europe/Paris' }],
  [{ zoneinfo: 'UTC' }, { zoneinfo: 'UTC' }],
])('keeps %j as %j', (typed, profile) => {
  expect(checkProfile(typed, now)).toEqual({ profile, flaws: [] });
});

it.each([
  [{ givenName: 'é'.repeat(101) }, 'too-long'],
  [{ givenName: 'A\r\nBcc: x@evil.example' }, 'wrong-characters'],
  [{ givenName: 'A\0' }, 'wrong-characters'],
  [{ givenName: 'A\u202eB' }, 'wrong-characters'],
  [{ givenName: 'A\ud800' }, 'wrong-characters'],
  [{ phone: '0123456789' }, 'not-valid'],
  [{ phone: '+1234567890123456' }, 'not-valid'],
  [{ phone: '+33123456789;ext=1' }, 'not-valid'],
  [{ picture: 'http://example.com/me.png' }, 'not-valid'],
  [{ picture: 'javascript:alert(1)' }, 'not-valid'],
  [{ picture: `https://example.com/${'a'.repeat(2000)}` }, 'too-long'],
  [{ birthdate: '2026-02-30' }, 'not-valid'],
  [{ birthdate: '2025-02-29' }, 'not-valid'],
  [{ birthdate: '2026-11-21' }, 'not-valid'],
  [{ birthdate: '20.11.2000' }, 'not-valid'],
  [{ locale: 'french' + '-'.repeat(3) }, 'not-valid'],
  [{ locale: 'fr'.repeat(30) }, 'too-long'],
  [{ zoneinfo: 'Europe/Atlantis' }, 'not-valid'],
  [{ zoneinfo: '+01:00' }, 'not-valid'],
] as const)('refuses %j: %s', (typed, flaw) => {
  const [field] = Object.keys(typed);
  expect(checkProfile(typed, now)).toEqual({ profile: {}, flaws: [{ field, flaw }] });
});
