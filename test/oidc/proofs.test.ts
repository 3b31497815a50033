import { randomUUID } from 'node:crypto';
import * as jose from 'jose';
import { BACKENDS, type TestHouse, openTestHouse } from '../support/house.ts';
import { send } from '../support/http.ts';
import { type Application, application, field, post } from './application.ts';
import { expectQuietLibrary } from './quiet.ts';

const BEARER = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

expectQuietLibrary();

describe.each(BACKENDS)('a signed proof (%s)', (backend) => {
  let house: TestHouse;
  beforeAll(async () => {
    house = await openTestHouse({ backend });
  });
  afterAll(() => house.close());

  describe('of who the client is', () => {
    let id: string;
    let pair: jose.GenerateKeyPairResult;
    beforeAll(async () => {
      pair = await jose.generateKeyPair('ES256');
      const jwk = { ...(await jose.exportJWK(pair.publicKey)), use: 'sig' };
      const client = await house.client({
        ...service(),
        tokenEndpointAuthMethod: 'private_key_jwt',
        jwks: { keys: [Object(jwk)] },
      });
      id = client.id;
    });

    const claims = () => ({ iss: id, sub: id, aud: house.issuer, jti: randomUUID() });
    const sign = (payload: jose.JWTPayload, expires = '1m', header: object = {}) =>
      new jose.SignJWT(payload)
        .setProtectedHeader({ alg: 'ES256', ...header })
        .setExpirationTime(expires)
        .sign(pair.privateKey);
    it('is good once, of twenty at the same time', async () => {
      const assertion = await sign(claims());
      const answers = await Promise.all(Array.from({ length: 20 }, () => assert(house, assertion)));
      const outcomes = answers.map((answer) => field(answer, 'error') || 'won');
      expect(outcomes.toSorted()).toEqual([
        ...Array.from({ length: 19 }, () => 'invalid_client'),
        'won',
      ]);
      expect((await assert(house, assertion)).status).toBe(401);
    });

    it('may name the token endpoint', async () => {
      const assertion = await sign({ ...claims(), aud: `${house.issuer}/token` });
      expect((await assert(house, assertion)).status).toBe(200);
    });

    it('is refused for another audience, another name, without an end or a name of its own', async () => {
      const { jti: _jti, ...nameless } = claims();
      const endless = new jose.SignJWT(claims())
        .setProtectedHeader({ alg: 'ES256' })
        .sign(pair.privateKey);
      const wrong = [
        sign({ ...claims(), aud: 'https://other.example/token' }),
        sign({ ...claims(), iss: 'other' }),
        sign(nameless),
        endless,
        sign(claims(), '-1m'),
        sign({ ...claims(), nbf: Math.floor(Date.now() / 1000) + 600 }),
      ];
      for (const assertion of wrong) {
        const answer = await assert(house, await assertion);
        expect([answer.status, field(answer, 'error')]).toEqual([401, 'invalid_client']);
      }
    });

    it('is refused unsigned, or signed by another key that it brings along', async () => {
      const stranger = await jose.generateKeyPair('ES256', { extractable: true });
      const jwk = await jose.exportJWK(stranger.publicKey);
      const brought = new jose.SignJWT(claims())
        .setProtectedHeader({ alg: 'ES256', jwk, jku: 'http://127.0.0.1:9/k' })
        .setExpirationTime('1m')
        .sign(stranger.privateKey);
      const unsigned = new jose.UnsecuredJWT(claims()).setExpirationTime('1m').encode();
      for (const assertion of [await brought, unsigned]) {
        expect((await assert(house, assertion)).status).toBe(401);
      }
    });
  });

  describe('of possession', () => {
    let app: Application;
    beforeAll(async () => {
      app = await application(house, service());
    });

    const show = (dpop: string) =>
      post(app, '/token', { grant_type: 'client_credentials' }, { dpop });

    it('is good once, of twenty at the same time', async () => {
      const one = await proof(house);
      const answers = await Promise.all(Array.from({ length: 20 }, () => show(one)));
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
      expect(answers.filter(({ status }) => status >= 500)).toEqual([]);
      const again = await show(one);
      expect([again.status, field(again, 'error')]).toEqual([400, 'invalid_dpop_proof']);
    });

    it('is refused for another address, another method, or another time', async () => {
      const now = Math.floor(Date.now() / 1000);
      const wrong = [
        proof(house, { htu: 'https://other.example/token' }),
        proof(house, { htm: 'GET' }),
        proof(house, {}, now - 660),
        proof(house, {}, now + 660),
        Promise.resolve('nonsense'),
      ];
      for (const one of wrong) {
        const answer = await show(await one);
        expect([answer.status, field(answer, 'error')]).toEqual([400, 'invalid_dpop_proof']);
      }
    });

    it('is needed where the client says that its tokens are bound', async () => {
      const bound = await application(house, { ...service(), dpopBoundAccessTokens: true });
      const answer = await post(bound, '/token', { grant_type: 'client_credentials' });
      expect(answer.status).toBe(400);
    });
  });
});

function service() {
  return { grantTypes: ['client_credentials' as const], redirectUris: [], scopes: [] };
}

function assert({ issuer }: TestHouse, client_assertion: string) {
  const fields = {
    grant_type: 'client_credentials',
    client_assertion_type: BEARER,
    client_assertion,
  };
  return send(`${issuer}/token`, { body: new URLSearchParams(fields) });
}

async function proof(
  { issuer }: TestHouse,
  changed: object = {},
  iat = Math.floor(Date.now() / 1000),
) {
  const { privateKey, publicKey } = await jose.generateKeyPair('ES256', { extractable: true });
  const jwk = await jose.exportJWK(publicKey);
  const claims = { htm: 'POST', htu: `${issuer}/token`, jti: randomUUID(), ...changed };
  return new jose.SignJWT(claims)
    .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk })
    .setIssuedAt(iat)
    .sign(privateKey);
}
