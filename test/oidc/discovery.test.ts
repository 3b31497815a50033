import * as jose from 'jose';
import * as oauth from 'openid-client';
import { type TestHouse, openTestHouse } from '../support/house.ts';
import { type Asked, send } from '../support/http.ts';
import {
  type Application,
  application,
  discover,
  field,
  me,
  post,
  refresh,
  request,
  signIn,
} from './application.ts';
import { expectQuietLibrary } from './quiet.ts';

const PROOF_ALGORITHMS = ['ES256', 'Ed25519', 'EdDSA'];
const ASSERTION_ALGORITHMS = ['RS256', 'PS256', 'ES256', 'Ed25519', 'EdDSA'];

expectQuietLibrary();

describe('the discovery document', () => {
  let house: TestHouse;
  let app: Application;
  let document: Record<string, unknown>;
  beforeAll(async () => {
    house = await openTestHouse();
    app = await application(house, {
      postLogoutRedirectUris: ['https://app.example/bye'],
      backchannelLogoutUri: 'https://app.example/logout',
    });
    document = (await get('/.well-known/openid-configuration')).json();
  });
  afterAll(() => house.close());

  const get = (path: string, headers: Asked['headers'] = {}) =>
    send(`${house.issuer}${path}`, { headers });
  const endpoint = (name: string) => new URL(String(document[name])).pathname;

  const assert = (assertion: string) =>
    send(`${house.issuer}/token`, {
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: assertion,
      }),
    });

  it('says nothing but this', () => {
    const { issuer } = house;
    const methods = ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'];
    expect(document).toEqual({
      issuer,
      authorization_endpoint: `${issuer}/auth`,
      token_endpoint: `${issuer}/token`,
      userinfo_endpoint: `${issuer}/me`,
      jwks_uri: `${issuer}/jwks`,
      introspection_endpoint: `${issuer}/token/introspection`,
      revocation_endpoint: `${issuer}/token/revocation`,
      end_session_endpoint: `${issuer}/session/end`,
      backchannel_logout_supported: true,
      backchannel_logout_session_supported: true,
      pushed_authorization_request_endpoint: `${issuer}/request`,
      response_types_supported: ['code'],
      response_modes_supported: ['query', 'form_post'],
      grant_types_supported: ['authorization_code', 'refresh_token', 'client_credentials'],
      code_challenge_methods_supported: ['S256'],
      scopes_supported: ['openid', 'profile', 'email', 'phone', 'offline_access'],
      claims_supported: expect.any(Array),
      claim_types_supported: ['normal'],
      claims_parameter_supported: false,
      request_uri_parameter_supported: false,
      prompt_values_supported: ['none', 'login', 'consent', 'create'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
      dpop_signing_alg_values_supported: PROOF_ALGORITHMS,
      token_endpoint_auth_methods_supported: methods,
      introspection_endpoint_auth_methods_supported: methods,
      revocation_endpoint_auth_methods_supported: methods,
      token_endpoint_auth_signing_alg_values_supported: ASSERTION_ALGORITHMS,
      authorization_response_iss_parameter_supported: true,
      ui_locales_supported: ['en', 'fr', 'ru'],
      display_values_supported: ['page', 'popup', 'touch'],
    });
  });

  it('is the same for OAuth clients', async () => {
    expect((await get('/.well-known/oauth-authorization-server')).json()).toEqual(document);
  });

  it('names endpoints that all answer', async () => {
    for (const name of ['token', 'introspection', 'revocation', 'pushed_authorization_request']) {
      const answer = await post(app, endpoint(`${name}_endpoint`), {});
      expect([name, answer.status]).toEqual([name, 400]);
    }
    expect((await get(endpoint('userinfo_endpoint'))).status).toBe(401);
    expect((await get(endpoint('jwks_uri'))).status).toBe(200);
    expect((await get(endpoint('authorization_endpoint'))).status).toBe(400);
    expect((await get(endpoint('end_session_endpoint'))).status).toBe(200);
  });

  it.each(['/reg', '/device', '/device/auth', '/backchannel', '/challenge', '/credential'])(
    'leaves out %s, which is not there',
    async (path) => {
      expect((await get(path)).status).toBe(404);
      expect((await post(app, path, {})).status).toBe(404);
    },
  );

  it('names scopes and claims that an ID token really holds', async () => {
    const person = await house.person({ givenName: 'Ann', familyName: 'Lee', username: 'ann' });
    await house.house.db.account.update({
      where: { id: person.id },
      data: {
        phone: '+33123456789',
        picture: 'https://app.example/ann.png',
        birthdate: '1990-01-01',
        locale: 'fr',
        zoneinfo: 'Europe/Paris',
      },
    });
    const scope = 'openid profile email phone offline_access';
    const { tokens } = await signIn(app, { person, scope });
    expect(tokens.scope?.split(' ').toSorted()).toEqual(scope.split(' ').toSorted());
    const claims = Object.keys(jose.decodeJwt(String(tokens.id_token)));
    expect(
      [document['claims_supported']].flat().filter((one) => !claims.includes(String(one))),
    ).toEqual([]);
    const told = (await me(house, tokens.access_token)).json();
    expect(told).toMatchObject({ preferred_username: 'ann', phone_number: '+33123456789' });
  });

  it('names prompts that work, and refuses others', async () => {
    const { browser } = await signIn(app);
    const ask = async (prompt: string) =>
      browser.visit((await request(app, { extra: { prompt } })).url.href);
    expect((await ask('none')).leftFor?.searchParams.get('code')).toBeTruthy();
    expect((await ask('login')).text).toContain('name="password"');
    expect((await ask('consent')).leftFor).toBeUndefined();
    expect((await ask('create')).url).toMatch(/\/interaction\/[\w-]+\/sign-up$/);
  });

  it('names response modes that work, and refuses others', async () => {
    const { browser } = await signIn(app);
    const ask = async (response_mode: string) =>
      browser.visit((await request(app, { extra: { response_mode } })).url.href);
    expect((await ask('query')).leftFor?.searchParams.get('code')).toBeTruthy();
    expect((await ask('form_post')).text).toContain('name="code"');
    for (const mode of ['fragment', 'web_message', 'jwt']) {
      expect((await ask(mode)).leftFor?.searchParams.get('error')).toBe(
        'unsupported_response_mode',
      );
    }
  });

  it.each(ASSERTION_ALGORITHMS)('names %s for the keys of clients', async (alg) => {
    const pair = await jose.generateKeyPair(alg, { extractable: true });
    const jwk = { ...(await jose.exportJWK(pair.publicKey)), use: 'sig' };
    const { id } = await house.client({
      tokenEndpointAuthMethod: 'private_key_jwt',
      grantTypes: ['client_credentials'],
      redirectUris: [],
      scopes: [],
      jwks: { keys: [Object(jwk)] },
    });
    const assertion = await new jose.SignJWT({ iss: id, sub: id, aud: house.issuer, jti: alg })
      .setProtectedHeader({ alg })
      .setExpirationTime('1m')
      .sign(pair.privateKey);
    expect((await assert(assertion)).status).toBe(200);
  });

  it.each(PROOF_ALGORITHMS)('names %s for proofs of possession', async (alg) => {
    const { privateKey, publicKey } = await jose.generateKeyPair(alg, { extractable: true });
    const jwk = await jose.exportJWK(publicKey);
    const claims = { htm: 'POST', htu: `${house.issuer}/token`, jti: `proof-${alg}` };
    const proof = await new jose.SignJWT(claims)
      .setProtectedHeader({ alg, typ: 'dpop+jwt', jwk })
      .setIssuedAt()
      .sign(privateKey);
    const service = await application(house, {
      grantTypes: ['client_credentials'],
      redirectUris: [],
      scopes: [],
    });
    const fields = { grant_type: 'client_credentials' };
    const answer = await post(service, '/token', fields, { dpop: proof });
    expect([answer.status, field(answer, 'token_type')]).toEqual([200, 'DPoP']);
  });

  it('names client_secret_post, which works, and client_secret_jwt is none of them', async () => {
    const client = await house.client({ tokenEndpointAuthMethod: 'client_secret_post' });
    const config = await discover(house, client, oauth.ClientSecretPost(client.secret));
    const { tokens } = await signIn({ ...client, house, config });
    const posting = { ...client, house, config };
    expect((await refresh(posting, String(tokens.refresh_token))).access_token).toBeTruthy();

    const claims = { iss: app.id, sub: app.id, aud: house.issuer, jti: 'j-1' };
    const assertion = await new jose.SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256' })
      .setExpirationTime('1m')
      .sign(Buffer.from(app.secret));
    const refused = await assert(assertion);
    expect([refused.status, field(refused, 'error')]).toEqual([401, 'invalid_client']);
  });

  describe.each(['/.well-known/openid-configuration', '/jwks'])('at %s', (path) => {
    it('may be kept ten minutes, and read by every page', async () => {
      const { headers, status } = await get(path, { origin: 'https://anyone.example' });
      expect(status).toBe(200);
      expect(headers.get('cache-control')).toBe('public, max-age=600');
      expect(headers.get('access-control-allow-origin')).toBe('*');
    });

    it('is not sent again to who has it', async () => {
      const etag = String((await get(path)).headers.get('etag'));
      const same = await get(path, { 'if-none-match': `W/"other", ${etag}` });
      expect([same.status, same.text]).toEqual([304, '']);
      expect((await get(path, { 'if-none-match': '"other"' })).status).toBe(200);
    });

    it('answers HEAD, and follows no other host', async () => {
      const head = await send(`${house.issuer}${path}`, { method: 'HEAD' });
      expect([head.status, head.text]).toEqual([200, '']);
      const forwarded = await get(path, {
        'x-forwarded-host': 'evil.example',
        'x-forwarded-proto': 'javascript',
      });
      expect(forwarded.text).toBe((await get(path)).text);
    });
  });
});
