import * as jose from 'jose';
import * as oauth from 'openid-client';
import { BACKENDS, type TestHouse, openTestHouse } from '../support/house.ts';
import {
  PUBLIC,
  application,
  authorize,
  me,
  post,
  redeem,
  refusal,
  request,
  signIn,
} from './application.ts';
import { expectQuietLibrary } from './quiet.ts';

expectQuietLibrary();

describe.each(BACKENDS)('an application signs somebody in (%s)', (backend) => {
  let house: TestHouse;
  beforeAll(async () => {
    house = await openTestHouse({ backend });
  });
  afterAll(() => house.close());

  it('with tokens that any library verifies with /jwks', async () => {
    const app = await application(house);
    const { tokens, person } = await signIn(app, { extra: { nonce: 'n-1' } });
    const keys = jose.createRemoteJWKSet(new URL(`${house.issuer}/jwks`));
    const issuer = house.issuer;
    const algorithms = ['RS256'];

    const access = await jose.jwtVerify(tokens.access_token, keys, {
      issuer,
      algorithms,
      audience: issuer,
      typ: 'at+jwt',
    });
    expect(access.payload).toMatchObject({ sub: person.id, client_id: app.id });
    expect(access.payload['scope']).toBe('openid email');
    expect(Number(access.payload.exp) - Number(access.payload.iat)).toBe(15 * 60);
    expect(Object.keys(access.payload).toSorted()).toEqual(
      ['aud', 'client_id', 'exp', 'gid', 'iat', 'iss', 'jti', 'scope', 'sub'].toSorted(),
    );

    const id = await jose.jwtVerify(String(tokens.id_token), keys, {
      issuer,
      algorithms,
      audience: app.id,
    });
    expect(id.payload).toMatchObject({ sub: person.id, nonce: 'n-1', amr: ['pwd'] });
    expect(Number(id.payload['auth_time'])).toBeLessThanOrEqual(Number(id.payload.iat));
    expect(Number(id.payload.exp) - Number(id.payload.iat)).toBe(60 * 60);
    expect(id.protectedHeader.kid).toBe(access.protectedHeader.kid);
  });

  it('with an ID token that carries the claims of the granted scopes, as /me does', async () => {
    const app = await application(house);
    const person = await house.person({ givenName: 'Ann', familyName: 'Lee' });
    const { tokens } = await signIn(app, { person, scope: 'openid profile email' });
    const told = (await me(house, tokens.access_token)).json();
    const { updated_at, ...profile } = told;
    expect(profile).toEqual({
      sub: person.id,
      name: 'Ann Lee',
      given_name: 'Ann',
      family_name: 'Lee',
      email: person.email,
      email_verified: true,
    });
    expect(updated_at).toEqual(expect.any(Number));
    expect(jose.decodeJwt(String(tokens.id_token))).toMatchObject(told);
  });

  it('without a client secret, proven by PKCE alone', async () => {
    const app = await application(house, PUBLIC);
    const { tokens, person } = await signIn(app);
    expect(tokens.claims()?.sub).toBe(person.id);
  });

  it('and refuses a code with a missing, wrong or other verifier, and leaves it good', async () => {
    const app = await application(house);
    const { answer, verifier, state } = await authorize(app);
    const fields = {
      grant_type: 'authorization_code',
      code: String(answer.searchParams.get('code')),
      redirect_uri: app.redirectUri,
    };
    for (const wrong of [{}, { code_verifier: oauth.randomPKCECodeVerifier() }]) {
      const refused = await post(app, '/token', { ...fields, ...wrong });
      expect([refused.status, refused.json()['error']]).toEqual([400, 'invalid_grant']);
    }
    expect((await redeem(app, { answer, verifier, state })).access_token).toBeTruthy();
  });

  it('and refuses a code that comes with another redirect URI or none', async () => {
    const app = await application(house, {
      redirectUris: ['https://app.example/cb', 'https://app.example/other'],
    });
    const { answer, verifier } = await authorize(app);
    const fields = {
      grant_type: 'authorization_code',
      code: String(answer.searchParams.get('code')),
      code_verifier: verifier,
    };
    const other = await post(app, '/token', {
      ...fields,
      redirect_uri: 'https://app.example/other',
    });
    expect([other.status, other.json()['error']]).toEqual([400, 'invalid_grant']);
    const none = await post(app, '/token', fields);
    expect([none.status, none.json()['error']]).toEqual([400, 'invalid_request']);
  });

  it('and refuses the code of another client', async () => {
    const [app, other] = [await application(house), await application(house)];
    const { answer, verifier, state } = await authorize(app);
    const stolen = redeem({ ...other, redirectUri: app.redirectUri }, { answer, verifier, state });
    expect(await refusal(stolen)).toBe('invalid_grant');
  });

  it('and refuses a code after a minute', async () => {
    const app = await application(house);
    const { answer, verifier, state } = await authorize(app);
    house.turnClock(66_000);
    const late = await refusal(redeem(app, { answer, verifier, state }));
    house.turnClock(-66_000);
    expect(late).toBe('invalid_grant');
  });

  it('with an answer that says who gave it, success and failure alike', async () => {
    const app = await application(house);
    const { answer, browser } = await authorize(app);
    expect(answer.searchParams.get('iss')).toBe(house.issuer);
    const failed = await browser.visit(
      `/auth?client_id=${app.id}&redirect_uri=${app.redirectUri}&response_type=code&state=s`,
    );
    expect(failed.leftFor?.searchParams.get('iss')).toBe(house.issuer);
    expect(failed.leftFor?.searchParams.get('error')).toBe('invalid_request');
    expect(failed.leftFor?.searchParams.get('state')).toBe('s');
  });

  it('by form_post too, where the application asks for it', async () => {
    const app = await application(house);
    const { browser, person } = await signIn(app);
    const { url } = await request(app, {
      extra: { response_mode: 'form_post', state: `"></form><script>alert(1)</script>` },
    });
    expect(person.id).toBeTruthy();
    const page = await browser.visit(url.href);
    expect(page.status).toBe(200);
    expect(page.headers.get('cache-control')).toContain('no-store');
    expect(page.headers.get('content-security-policy')).toMatch(/script-src [^;]*'sha256-/);
    expect(page.text).not.toContain('<script>alert');
    expect(page.text).toMatch(/name="code" value="[\w-]{43}"/);
  });
});
