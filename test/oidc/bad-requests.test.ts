import * as jose from 'jose';
import { type TestHouse, openTestHouse } from '../support/house.ts';
import { freePort, send } from '../support/http.ts';
import { createServer } from 'node:http';
import { type Application, application, field, post, request, signIn } from './application.ts';
import { expectQuietLibrary } from './quiet.ts';

const CALLBACK = 'https://rp.example/cb';

expectQuietLibrary();

describe('an authorization request', () => {
  let house: TestHouse;
  let app: Application;
  beforeAll(async () => {
    house = await openTestHouse();
    app = await application(house, { redirectUris: [CALLBACK, 'https://rp.example/other'] });
  });
  afterAll(() => house.close());

  const ask = async (extra: Record<string, string | string[]>, by = app) =>
    house.browser().visit((await request(by, { extra })).url.href);
  /** The error that the application is told; nothing where the browser was sent nowhere. */
  const told = async (extra: Record<string, string | string[]>) =>
    (await ask(extra)).leftFor?.searchParams.get('error');

  it.each([
    `${CALLBACK}/x`,
    `${CALLBACK}?a=b`,
    `${CALLBACK}#f`,
    `${CALLBACK}/`,
    'https://rp.example./cb',
    'https://RP.example/cb',
    'https://rp.example:443/cb',
    'https://rp.example/x/%2e%2e/cb',
    'https://rp.example/x/../cb',
    'https://rp.example@evil.example/cb',
    'https://rp@evil.example/cb',
    'https://rp.example@@evil.example/cb',
    'https://rp.example\\@evil.example/cb',
    'https://rpXexample/cb',
    'https://evil.example/cb',
    'http://rp.example/cb',
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    'data:text/html,x',
    `${CALLBACK}\0`,
    'nonsense',
    '',
  ])('to %j ends at a page, and sends the browser nowhere', async (redirect_uri) => {
    const page = await ask({ redirect_uri });
    expect([page.status, page.leftFor]).toEqual([400, undefined]);
    expect(page.headers.get('content-type')).toContain('text/html');
  });

  it('without a redirect URI, or with two, ends at a page', async () => {
    for (const redirect_uri of [[], [CALLBACK, CALLBACK], [CALLBACK, 'https://evil.example/']]) {
      const page = await ask({ redirect_uri });
      expect([page.status, page.leftFor]).toEqual([400, undefined]);
    }
  });

  it('of nobody known ends at a page', async () => {
    for (const client_id of ['nobody', 'a\0b', 'x'.repeat(5000), '', '__proto__']) {
      const page = await ask({ client_id });
      expect([page.status, page.leftFor]).toEqual([400, undefined]);
    }
  });

  it('tells a developer what was received and what is registered', async () => {
    const page = await ask({ redirect_uri: 'https://rp.example/wrong' });
    for (const fact of ['https://rp.example/wrong', CALLBACK, 'gatehouse client update']) {
      expect(page.text).toContain(fact);
    }
  });

  it('of a native application may come to any port of this device, and nowhere else', async () => {
    const native = await application(house, {
      kind: 'native',
      tokenEndpointAuthMethod: 'none',
      redirectUris: ['http://127.0.0.1/cb'],
    });
    const allowed = await ask({ redirect_uri: 'http://127.0.0.1:51004/cb' }, native);
    expect(allowed.status).toBe(200);
    for (const redirect_uri of [
      'http://localhost.evil.example/cb',
      'http://127.0.0.1.nip.io/cb',
      'http://[::1]@evil.example/cb',
      'http://127.0.0.1:51004/other',
      'http://127.0.0.1:51004@evil.example/cb',
    ]) {
      const page = await ask({ redirect_uri }, native);
      expect([redirect_uri, page.status, page.leftFor]).toEqual([redirect_uri, 400, undefined]);
    }
  });

  it.each([
    ['another response type', { response_type: 'token' }, 'unsupported_response_type'],
    ['an ID token in the answer', { response_type: 'id_token token' }, 'unsupported_response_type'],
    [
      'a hybrid answer',
      { response_type: 'code id_token', nonce: 'n' },
      'unsupported_response_type',
    ],
  ])('for %s is refused', async (_what, extra, error) => {
    const { leftFor } = await ask(extra);
    const answer = new URLSearchParams(leftFor?.search || leftFor?.hash.slice(1));
    expect(answer.get('error')).toBe(error);
    expect(answer.get('access_token')).toBeNull();
  });

  it.each([
    ['no challenge', { code_challenge: [], code_challenge_method: [] }],
    ['the plain method', { code_challenge_method: 'plain' }],
    ['no method', { code_challenge_method: [] }],
    ['a challenge of 42 characters', { code_challenge: 'a'.repeat(42) }],
    ['a challenge of 129 characters', { code_challenge: 'a'.repeat(129) }],
    ['a challenge that is no base64url', { code_challenge: `${'a'.repeat(42)}+` }],
  ])('with %s is refused', async (_what, extra) => {
    expect(await told(extra)).toBe('invalid_request');
  });

  it.each([
    ['a parameter twice', { state: ['a', 'b'] }],
    ['a NUL character', { state: 'a\0b' }],
    ['a NUL character elsewhere', { login_hint: '\0' }],
    ['a prompt that nobody knows', { prompt: 'nonsense' }],
    ['none and another prompt', { prompt: 'none login' }],
    ['a negative age', { max_age: '-1' }],
  ])('with %s is refused', async (_what, extra) => {
    expect(await told(extra)).toBe('invalid_request');
  });

  it.each([
    ['a scope that the client may not have', { scope: 'openid phone' }],
    ['a scope of no valid characters', { scope: 'openid "' }],
  ])('with %s is refused', async (_what, extra) => {
    const narrow = await application(house, { scopes: ['openid'] });
    const page = await ask(extra, narrow);
    expect(page.leftFor?.searchParams.get('error')).toBe('invalid_scope');
  });

  it('gives its state back unchanged, whatever stands in it', async () => {
    for (const state of ['"><script>', 'a\r\nSet-Cookie: x=1', 'é😀', 'x'.repeat(2000)]) {
      const page = await ask({ state, prompt: 'none' });
      expect(page.leftFor?.searchParams.get('state')).toBe(state);
      expect(page.headers.get('set-cookie') ?? '').not.toContain('x=1');
    }
  });

  it('may not bring its own request object, and nothing is fetched for it', async () => {
    let connections = 0;
    const port = await freePort();
    const canary = createServer().listen(port, '127.0.0.1');
    canary.on('connection', () => (connections += 1));
    const unsigned = new jose.UnsecuredJWT({ redirect_uri: 'https://evil.example/' }).encode();
    expect(await told({ request: unsigned })).toBe('request_not_supported');
    expect(await told({ request_uri: `http://127.0.0.1:${port}/r` })).toMatch(/request_uri/);
    expect(await told({ registration: '{}' })).toBe('registration_not_supported');
    await new Promise((resolve) => canary.close(resolve));
    expect(connections).toBe(0);
  });

  it('is never read by scripts of another origin', async () => {
    const { url } = await request(app);
    const answer = await send(url.href, { headers: { origin: 'https://rp.example' } });
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
  });

  it('is answered by 303 after a form, and no password travels on', async () => {
    const person = await house.person();
    const browser = house.browser();
    const page = await browser.visit((await request(app)).url.href);
    const action = /action="([^"]*sign-in[^"]*)"/.exec(page.text)?.[1] ?? '';
    const cookie = [...browser.cookies(action)].map((pair) => pair.join('=')).join('; ');
    const { email, password } = person;
    const answer = await send(new URL(action, house.issuer).href, {
      body: new URLSearchParams({ email, password }),
      headers: { cookie, origin: house.issuer, 'sec-fetch-site': 'same-origin' },
    });
    expect(answer.status).toBe(303);
    expect(answer.text + String(answer.headers.get('location'))).not.toContain(password);
  });
});

const basic = (id: string, secret: string) => ({
  authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
});

describe('the token endpoint', () => {
  let house: TestHouse;
  let app: Application;
  let service: Application;
  beforeAll(async () => {
    house = await openTestHouse();
    app = await application(house);
    service = await application(house, {
      grantTypes: ['client_credentials'],
      redirectUris: [],
      scopes: [],
    });
  });
  afterAll(() => house.close());

  const token = (body: string | URLSearchParams, headers = {}, path = '/token') =>
    send(`${house.issuer}${path}`, { body, headers });
  const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
  const GRANT = 'grant_type=client_credentials';

  it.each([
    ['a wrong secret', () => basic(service.id, 'wrong')],
    ["somebody else's secret", () => basic(service.id, app.secret)],
    ['a secret with a NUL', () => basic(service.id, `${service.secret}%00`)],
    ['a secret of other letters', () => basic(service.id, 'é😀'.repeat(20))],
    ['no secret', () => basic(service.id, '')],
    ['an unknown client', () => basic('nobody', service.secret)],
    ['a client of impossible name', () => basic('../etc', service.secret)],
  ])('answers %s with 401, and says no more', async (_what, headers) => {
    const answer = await token(GRANT, { ...FORM, ...headers() });
    expect([answer.status, answer.json()]).toEqual([
      401,
      { error: 'invalid_client', error_description: 'client authentication failed' },
    ]);
    expect(answer.headers.get('www-authenticate')).toMatch(/^Basic /);
    expect(answer.headers.get('cache-control')).toContain('no-store');
  });

  it('answers no authentication at all with 401', async () => {
    const answer = await token(GRANT, FORM);
    expect([answer.status, field(answer, 'error')]).toEqual([401, 'invalid_client']);
    expect(answer.headers.get('www-authenticate')).toMatch(/^Basic /);
  });

  it('refuses a public client that sends a secret, and a confidential one that sends none', async () => {
    const spa = await application(house, { tokenEndpointAuthMethod: 'none' });
    const fields = { grant_type: 'refresh_token', refresh_token: 'x' };
    const secret = await token(
      new URLSearchParams({ ...fields, client_id: spa.id, client_secret: 'x' }),
    );
    expect([secret.status, field(secret, 'error')]).toEqual([401, 'invalid_client']);
    const none = await token(new URLSearchParams({ ...fields, client_id: app.id }));
    expect([none.status, field(none, 'error')]).toEqual([401, 'invalid_client']);
  });

  it('refuses a secret in the address, and two at once', async () => {
    const query = `?client_id=${service.id}&client_secret=${service.secret}`;
    const address = await token(GRANT, FORM, `/token${query}`);
    expect([address.status, field(address, 'error')]).toEqual([400, 'invalid_request']);
    const twice = await token(`${GRANT}&client_id=${service.id}&client_secret=${service.secret}`, {
      ...FORM,
      ...basic(service.id, service.secret),
    });
    expect([twice.status, field(twice, 'error')]).toEqual([400, 'invalid_request']);
  });

  it.each([
    ['no grant type', ''],
    ['a grant type that we do not have', 'grant_type=password&username=a&password=b'],
    ['the implicit grant', 'grant_type=implicit'],
    ['a grant type that the client may not have', 'grant_type=authorization_code&code=x'],
    ['an array', 'grant_type[]=client_credentials'],
    ['a parameter twice', `${GRANT}&${GRANT}`],
    ['a scope twice', `${GRANT}&scope=a&scope=b`],
  ])('refuses %s', async (_what, body) => {
    const answer = await token(body, { ...FORM, ...basic(service.id, service.secret) });
    expect(answer.status).toBe(400);
    expect(field(answer, 'error')).toMatch(/^(invalid_request|unsupported_grant_type)$/);
    expect(answer.headers.get('cache-control')).toContain('no-store');
  });

  it.each([
    ['JSON', { 'content-type': 'application/json' }, '{"grant_type":"client_credentials"}'],
    ['multipart', { 'content-type': 'multipart/form-data; boundary=x' }, '--x--'],
    [
      'an unknown charset',
      { ...FORM, 'content-type': `${FORM['content-type']}; charset=x-none` },
      GRANT,
    ],
    ['UTF-16', { 'content-type': `${FORM['content-type']}; charset=utf-16` }, GRANT],
  ])('refuses %s', async (_what, headers, body) => {
    const answer = await token(body, { ...headers, ...basic(service.id, service.secret) });
    expect([answer.status, field(answer, 'error')]).toEqual([400, 'invalid_request']);
  });

  it('refuses what is larger than any request', async () => {
    const answer = await token(`${GRANT}&x=${'a'.repeat(60_000)}`, {
      ...FORM,
      ...basic(service.id, service.secret),
    });
    expect([400, 413]).toContain(answer.status);
  });

  it.each([
    ['a code that nobody made', { grant_type: 'authorization_code', code: 'x' }],
    ['a code with a NUL', { grant_type: 'authorization_code', code: 'a\0b' }],
    ['a refresh token that nobody made', { grant_type: 'refresh_token', refresh_token: 'x' }],
    ['a refresh token with a NUL', { grant_type: 'refresh_token', refresh_token: '\0' }],
    ['a token of another kind', { grant_type: 'refresh_token', refresh_token: 'eyJ.eyJ.x' }],
  ])('refuses %s', async (_what, fields) => {
    const answer = await post(app, '/token', {
      redirect_uri: app.redirectUri,
      code_verifier: 'a'.repeat(43),
      ...fields,
    });
    expect([answer.status, field(answer, 'error')]).toEqual([400, 'invalid_grant']);
  });

  it('and its neighbours are not there for GET', async () => {
    for (const path of ['/token', '/token/introspection', '/token/revocation', '/request']) {
      expect([404, 405]).toContain((await send(`${house.issuer}${path}`)).status);
    }
  });

  it('and its neighbours are never kept in a cache', async () => {
    const { tokens } = await signIn(app);
    const answers = [
      await post(app, '/token', {
        grant_type: 'refresh_token',
        refresh_token: String(tokens.refresh_token),
      }),
      await post(app, '/token/introspection', { token: tokens.access_token }),
      await post(app, '/token/revocation', { token: tokens.access_token }),
    ];
    for (const { status, headers } of answers) {
      expect([status, headers.get('cache-control')]).toEqual([200, 'no-store']);
    }
  });

  it('introspects for nobody who does not say who it is', async () => {
    for (const path of ['/token/introspection', '/token/revocation']) {
      const answer = await token('token=x', FORM, path);
      expect([answer.status, field(answer, 'error')]).toEqual([401, 'invalid_client']);
    }
    const unknown = await post(app, '/token/introspection', { token: 'x' });
    expect([unknown.status, unknown.json()]).toEqual([200, { active: false }]);
  });

  it('is read by the pages of the client alone', async () => {
    const spa = await application(house, { tokenEndpointAuthMethod: 'none' });
    const from = (origin: string) =>
      post(spa, '/token', { grant_type: 'refresh_token', refresh_token: 'x' }, { origin });
    const own = await from('https://app.example');
    expect(own.headers.get('access-control-allow-origin')).toBe('https://app.example');
    expect(field(own, 'error')).toBe('invalid_grant');
    for (const origin of ['https://evil.example', 'null', 'https://app.example.evil.example']) {
      const other = await from(origin);
      expect(other.headers.get('access-control-allow-origin')).toBeNull();
      expect(field(other, 'error')).toBe('invalid_request');
    }
  });
});
