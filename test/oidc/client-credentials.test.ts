import * as jose from 'jose';
import * as oauth from 'openid-client';
import { type TestHouse, openTestHouse } from '../support/house.ts';
import { type Application, application, introspect, me, post, refusal } from './application.ts';
import { expectQuietLibrary } from './quiet.ts';

const NOTES = 'https://notes.example/';

expectQuietLibrary();

describe('a service acts for itself', () => {
  let house: TestHouse;
  let service: Application;
  beforeAll(async () => {
    house = await openTestHouse({ env: { DATABASE_POOL: '2' } });
    await house.house.apis.create({
      audience: NOTES,
      name: 'Notes',
      accessTokenS: 60,
      scopes: ['read', 'write', 'purge'].map((name) => ({ name, descriptions: { en: name } })),
      introspectedBy: [],
    });
    service = await application(house, {
      grantTypes: ['client_credentials'],
      redirectUris: [],
      scopes: [],
      apis: { [NOTES]: ['read', 'write'] },
    });
  });
  afterAll(() => house.close());

  const token = (extra: Record<string, string> = {}) =>
    oauth.clientCredentialsGrant(service.config, extra);

  it('with a token for the default API', async () => {
    const { access_token } = await token();
    const keys = jose.createRemoteJWKSet(new URL(`${house.issuer}/jwks`));
    const { payload } = await jose.jwtVerify(access_token, keys, {
      issuer: house.issuer,
      audience: house.issuer,
      typ: 'at+jwt',
    });
    expect(payload).toMatchObject({ sub: service.id, client_id: service.id });
    expect(payload).not.toHaveProperty('gid');
  });

  it('although it was never heard of here, and the whole pool is taken', async () => {
    const newcomer = await application(house, {
      grantTypes: ['client_credentials'],
      redirectUris: [],
      scopes: [],
      apis: { [NOTES]: ['read'] },
    });
    const isOver = Promise.withResolvers<void>();
    const take = () => {
      const isTaken = Promise.withResolvers<void>();
      const gone = house.house.atomically(() => {
        isTaken.resolve();
        return isOver.promise;
      });
      return { isTaken: isTaken.promise, gone };
    };
    const both = [take(), take()];
    await Promise.all(both.map(({ isTaken }) => isTaken));
    const asked = oauth.clientCredentialsGrant(newcomer.config, { resource: NOTES });
    const { access_token } = await asked.finally(() => isOver.resolve());
    expect(jose.decodeJwt(access_token)).toMatchObject({ aud: NOTES });
    await Promise.all(both.map(({ gone }) => gone));
  });

  it("with a token for an API, of that API's scopes and lifetime", async () => {
    const { access_token, expires_in } = await token({ resource: NOTES, scope: 'read' });
    expect(jose.decodeJwt(access_token)).toMatchObject({ aud: NOTES, scope: 'read' });
    expect(expires_in).toBe(60);
  });

  it.each([
    ['a scope of the API that it was not given', { resource: NOTES, scope: 'purge' }],
    ['a scope that nobody knows', { resource: NOTES, scope: 'read nonsense' }],
    ['a scope about people', { scope: 'openid' }],
  ])('but not with %s', async (_what, extra) => {
    expect(await refusal(token(extra))).toBe('invalid_scope');
  });

  it.each([
    ['an API that it was not given', 'https://other.example/'],
    ['what is no address', 'notes'],
    ['a NUL character', 'https://notes.example/\0'],
  ])('but not for %s', async (_what, resource) => {
    expect(await refusal(token({ resource }))).toBe('invalid_target');
  });

  it('and nobody is behind it: /me refuses the token', async () => {
    const { access_token } = await token();
    expect((await me(house, access_token)).status).toBe(401);
  });

  it('and revokes the token, which is dead from then on', async () => {
    const { access_token } = await token();
    expect(await introspect(service, access_token)).toMatchObject({
      active: true,
      client_id: service.id,
    });
    expect((await post(service, '/token/revocation', { token: access_token })).status).toBe(200);
    expect(await introspect(service, access_token)).toEqual({ active: false });
  });
});
