import { displayTextFault, looksLike } from '../../src/clients/display-text.ts';
import { anyProgramCanClaim } from '../../src/clients/redirectable.ts';
import { registrationFaults } from '../../src/clients/registration.ts';
import type { ClientRegistration } from '../../src/clients/store.ts';
import { aClient } from './a-client.ts';

const sentences = (changes: Partial<ClientRegistration>) =>
  registrationFaults(aClient(changes)).map(({ fault }) => fault);

const native = { kind: 'native', tokenEndpointAuthMethod: 'none' } as const;
const service = {
  grantTypes: ['client_credentials'],
  redirectUris: [],
  postLogoutRedirectUris: [],
  scopes: [],
} satisfies Partial<ClientRegistration>;
const key = { kty: 'EC', crv: 'P-256', x: 'abc', y: 'def' };

it('finds nothing wrong with an ordinary client, nor with a service', () => {
  expect(sentences({})).toEqual([]);
  expect(sentences(service)).toEqual([]);
  expect(sentences({ ...service, tokenEndpointAuthMethod: 'client_secret_post' })).toEqual([]);
});

describe('a redirect URI of a web application', () => {
  it.each([
    'https://notes.example',
    'https://notes.example/callback',
    'https://notes.example/callback?tenant=a',
    'https://notes.example:8443/callback',
    'http://localhost:8080/callback',
    'http://127.0.0.1/callback',
    'http://[::1]:9000/callback',
    'https://xn--bcher-kva.example/callback',
  ])('may be %s', (uri) => {
    expect(sentences({ redirectUris: [uri] })).toEqual([]);
    expect(sentences({ postLogoutRedirectUris: [uri] })).toEqual([]);
  });

  it.each([
    ['callback', /must be absolute/],
    ['/callback', /must be absolute/],
    ['//notes.example/callback', /must be absolute/],
    ['', /must be absolute/],
    ['javascript:alert(1)', /must not use javascript:/],
    ['JaVaScRiPt:alert(1)', /must not use javascript:/],
    ['java\nscript:alert(1)', /must not use javascript:/],
    [' javascript:alert(1)', /must not use javascript:/],
    ['data:text/html,x', /must not use data:/],
    ['DATA:text/html,x', /must not use data:/],
    ['vbscript:x', /must not use vbscript:/],
    ['file:///etc/passwd', /must not use file:/],
    ['blob:https://notes.example/1', /must not use blob:/],
    ['filesystem:https://notes.example/1', /must not use filesystem:/],
    ['about:blank', /must not use about:/],
    ['http://notes.example/callback', /must use https/],
    ['HTTP://notes.example/callback', /must use https/],
    ['http://localhost.evil.example/cb', /must use https/],
    ['http://127.0.0.1.nip.io/cb', /must use https/],
    ['http://localhost./cb', /must use https/],
    ['http://0.0.0.0/cb', /must use https/],
    ['http://127.0.0.2/cb', /must use https/],
    ['ftp://notes.example/cb', /must use https; ftp: is for native/],
    ['ws://notes.example/cb', /must use https/],
    ['com.example.notes:/cb', /must use https; com\.example\.notes: is for native/],
    ['https://notes.example/cb#here', /fragment/],
    ['https://notes.example/cb#', /fragment/],
    ['https://rp@evil.example/', /user name or password/],
    ['https://rp:secret@evil.example/', /user name or password/],
    ['https://@evil.example/', /user name or password/],
    ['https://rp.example@@evil.example/', /user name or password/],
    ['http://[::1]@evil.example/', /must use https/],
    ['http://x@127.0.0.1/cb', /user name or password/],
    ['https://*.notes.example/cb', /wildcard/],
    ['https://notes.example/*', /wildcard/],
    ['https://rp.example\\@evil.example', /user name or password|must be written as/],
    ['https://rp.example\\cb', /must be written as browsers write it: https:\/\/rp\.example\/cb/],
    ['https://Notes.Example/cb', /must be written as .*https:\/\/notes\.example\/cb/],
    ['https://notes.example:443/cb', /must be written as .*https:\/\/notes\.example\/cb/],
    ['https://notes.example/%2e%2e/cb', /must be written as .*https:\/\/notes\.example\/cb/],
    ['https://notes.example/a/../cb', /must be written as .*https:\/\/notes\.example\/cb/],
    ['https:/notes.example/cb', /must be written as/],
    ['https://notes.example/c\tb', /must be written as/],
    ['https://notes.example/cb ', /must be written as/],
    ['https://notes.example/c b', /must be written as .*c%20b/],
    ['https://bücher.example/', /must be written as .*xn--/],
    ['https://notes.example./cb', /host that ends with a dot/],
    ['http://2130706433/cb', /must be written as .*127\.0\.0\.1/],
    [`https://notes.example/${'a'.repeat(2000)}`, /longer than 2000/],
  ])('may not be %j', (uri, sentence) => {
    const faults = sentences({ redirectUris: [uri] });
    expect(faults).toEqual([expect.stringMatching(sentence)]);
    expect(faults[0]).toMatch(/^The redirect URI .*\.$/s);
    expect(faults[0]).not.toMatch(/[\p{Cc}]/u);
    expect(sentences({ postLogoutRedirectUris: [uri] })).toHaveLength(1);
  });
});

describe('a redirect URI of a native application', () => {
  it.each([
    'com.example.atlas:/callback',
    'com.example.atlas:callback',
    'com.example.atlas://callback',
    'http://127.0.0.1/cb',
    'http://[::1]/cb',
    'http://localhost/cb',
    'https://atlas.example/callback',
  ])('may be %s', (uri) => {
    expect(sentences({ ...native, redirectUris: [uri] })).toEqual([]);
  });

  it.each([
    ['atlas:/callback', /domain of yours in reverse/],
    ['myapp://callback', /domain of yours in reverse/],
    ['intent:x', /domain of yours in reverse/],
    ['com.example.Atlas:/Callback', /must be written as .*com\.example\.atlas:\/Callback/],
    ['com.example.atlas:/cb#x', /fragment/],
    ['com.example.atlas://me@callback', /user name or password/],
    ['com.example.atlas:/*', /wildcard/],
    ['http://atlas.example/cb', /must use https/],
    ['https://localhost/cb', /must use http on this device/],
    ['javascript:alert(1)', /must not use javascript:/],
  ])('may not be %j', (uri, sentence) => {
    expect(sentences({ ...native, redirectUris: [uri] })).toEqual([
      expect.stringMatching(sentence),
    ]);
  });
});

describe('a client', () => {
  it.each<[string, Partial<ClientRegistration>, RegExp]>([
    ['without a grant', { ...service, grantTypes: [] }, /At least one grant/],
    ['without a way back', { redirectUris: [] }, /at least one redirect URI/],
    [
      'that signs nobody in',
      { ...service, redirectUris: ['https://a.example/'] },
      /need the grant/,
    ],
    ['that refreshes nothing', { ...service, grantTypes: ['refresh_token'] }, /beside it/],
    ['for nobody with scopes', { ...service, scopes: ['openid'] }, /about people/],
    [
      'offline without refresh',
      { grantTypes: ['authorization_code'], scopes: ['openid', 'offline_access'] },
      /needs the grant refresh_token/,
    ],
    ['with an unknown scope', { scopes: ['openid', 'admin'] }, /OpenID scopes must be among/],
    ['native and confidential', { kind: 'native' }, /cannot keep a secret/],
    ['public and a service', { ...service, tokenEndpointAuthMethod: 'none' }, /anybody could ask/],
    ['without its keys', { tokenEndpointAuthMethod: 'private_key_jwt' }, /needs public keys/],
    ['with useless keys', { jwks: { keys: [key] } }, /only for authentication by private_key_jwt/],
    ['with an empty API', { apis: { 'https://api.example/': [] } }, /Name the scopes/],
    ['with a path as origin', { corsOrigins: ['https://a.example/'] }, /scheme, host and port/],
    ['with the origin null', { corsOrigins: ['null'] }, /scheme, host and port/],
    ['with every origin', { corsOrigins: ['*'] }, /scheme, host and port/],
    ['with a wild origin', { corsOrigins: ['https://*.a.example'] }, /wildcard/],
    ['with an http origin', { corsOrigins: ['http://a.example'] }, /must use https/],
    [
      'with an address twice',
      { redirectUris: ['https://a.example/', 'https://a.example/'] },
      /twice/,
    ],
    ['by our own name', { id: 'gatehouse' }, /is our own/],
    ['with a bad id', { id: 'a b' }, /client id must be/],
    ['with NUL in its id', { id: 'a\0' }, /client id must be/],
    ['with a running link', { clientUri: 'javascript:alert(1)' }, /must be an https address/],
    ['with an http link', { policyUri: 'http://a.example/' }, /must be an https address/],
    ['with a link by a user', { tosUri: 'https://x@a.example/' }, /user name or password/],
    ['with a link in pieces', { tosUri: 'https://a.example/\n' }, /must be written as/],
  ])('%s is refused', (_, changes, sentence) => {
    expect(sentences(changes)).toEqual([expect.stringMatching(sentence)]);
  });

  it.each<[string, Partial<ClientRegistration>, RegExp]>([
    ['both', { jwks: { keys: [key] }, jwksUri: 'https://a.example/jwks' }, /not both/],
    ['none in the set', { jwks: { keys: [] } }, /is empty/],
    ['a private key', { jwks: { keys: [{ ...key, d: 'secret' }] } }, /without any private part/],
    ['a shared secret', { jwks: { keys: [{ kty: 'oct', k: 'secret' }] } }, /must be public keys/],
    ['an http address', { jwksUri: 'http://a.example/jwks' }, /must be an https address/],
    ['this machine', { jwksUri: 'https://localhost/jwks' }, /public host name/],
    ['an address literal', { jwksUri: 'https://169.254.169.254/' }, /public host name/],
    ['an IPv6 literal', { jwksUri: 'https://[::ffff:7f00:1]/' }, /public host name/],
    ['a decimal address', { jwksUri: 'https://2130706433/' }, /public host name|written as/],
    ['an inner name', { jwksUri: 'https://vault.internal/' }, /public host name/],
  ])('whose keys are %s is refused', (_, changes, sentence) => {
    expect(sentences({ tokenEndpointAuthMethod: 'private_key_jwt', ...changes })).toEqual([
      expect.stringMatching(sentence),
    ]);
  });

  it.each<[string, Partial<ClientRegistration>, RegExp]>([
    ['by http', { backchannelLogoutUri: 'http://a.example/' }, /must use https/],
    ['on this machine', { backchannelLogoutUri: 'http://localhost:1/' }, /must be an https/],
    ['on this machine by https', { backchannelLogoutUri: 'https://localhost/' }, /public host/],
    ['at an address literal', { backchannelLogoutUri: 'https://10.0.0.1/' }, /public host/],
    ['within its own network', { backchannelLogoutUri: 'https://app.internal/' }, /public host/],
    ['in a fragment', { backchannelLogoutUri: 'https://a.example/#out' }, /fragment/],
    ['by a user', { backchannelLogoutUri: 'https://x@a.example/' }, /user name or password/],
    [
      'of people it does not know',
      { ...service, backchannelLogoutUri: 'https://a.example/' },
      /signs people in/,
    ],
    ['nowhere', { backchannelLogoutSessionRequired: true }, /give one/],
  ])('that wants to be told of a sign-out %s is refused', (_, changes, sentence) => {
    expect(sentences(changes)).toEqual([expect.stringMatching(sentence)]);
  });

  it('is told of sign-outs at its own address, and in development on this machine', () => {
    const own = aClient({ backchannelLogoutUri: 'https://notes.example/logout?of=atlas' });
    expect(registrationFaults(own, { production: true })).toEqual([]);
    const here = aClient({ backchannelLogoutUri: 'http://localhost:8080/logout' });
    expect(registrationFaults(here, { production: false })).toEqual([]);
    const inside = aClient({ backchannelLogoutUri: 'http://10.0.0.1/logout' });
    expect(registrationFaults(inside, { production: false })).toHaveLength(1);
  });

  it('hears all that is wrong at once, each with its field', () => {
    const faults = registrationFaults(
      aClient({
        name: '',
        redirectUris: ['data:x', 'http://a.example/'],
        corsOrigins: ['*'],
        clientUri: 'x',
        tokenEndpointAuthMethod: 'none',
        grantTypes: ['authorization_code', 'client_credentials'],
      }),
    );
    expect(faults.map(({ field }) => field)).toEqual([
      'name',
      'grantTypes',
      'redirectUris',
      'redirectUris',
      'corsOrigins',
      'clientUri',
    ]);
  });

  it('may not say what a registration does not know', () => {
    expect(registrationFaults(Object.assign(aClient(), { skip_consent: true }))).toHaveLength(1);
  });
});

describe('a name that strangers read', () => {
  it.each([
    'Atlas Notes',
    'Заметки',
    'Café Zoë',
    '東京メモ',
    '<img src=x onerror=alert(1)>',
    'Notes 2.0 🗒️',
  ])('may be %s', (name) => expect(displayTextFault(name)).toBeUndefined());

  it.each([
    ['', /empty/],
    ['   ', /empty/],
    [' Notes', /begin or end with a space/],
    ['a'.repeat(101), /longer than 100/],
    ['a'.repeat(10_000), /longer than 100/],
    ['Notes\u202eseton', /direction/],
    ['Notes\u2066x', /direction/],
    ['Notes\u200e', /direction|space/],
    ['No\u200btes', /invisible/],
    ['Notes\u0000', /control/],
    ['Notes\r\nSet-Cookie: x', /control/],
    ['Notes\u2028x', /control/],
    ['Cafe\u0301', /composed/],
    ['Аtlas', /Latin, Cyrillic or Greek/],
  ])('may not be %j', (name, sentence) => {
    expect(displayTextFault(name)).toMatch(sentence);
  });

  it.each([
    'Gatehouse',
    'GATE HOUSE',
    'Gаtehouse',
    'Gátehouse',
    'gate-house',
    'Ｇatehouse',
    'Gatehоuse',
  ])('may not look like our own: %s', (name) => {
    expect(looksLike(name, 'Gatehouse')).toBe(true);
    expect(sentences({ name })).toHaveLength(1);
  });
});

it('knows where any program on the device may stand in for the application', () => {
  const issuer = 'http://localhost:3000';
  const claimable = (uri: string) => anyProgramCanClaim(uri, issuer);
  expect(claimable('com.example.atlas:/callback')).toBe(true);
  expect(claimable('http://127.0.0.1:51004/cb')).toBe(true);
  expect(claimable('http://[::1]/cb')).toBe(true);
  expect(claimable('http://localhost:8080/cb')).toBe(true);
  expect(claimable('https://notes.example/cb')).toBe(false);
  expect(claimable(`${issuer}/signed-in`)).toBe(false);
});
