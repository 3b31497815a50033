import { verify } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { Provider } from 'oidc-provider';
import { ensureKeys } from '../../src/keys/make-keys.ts';
import { rotateNow } from '../../src/keys/rotate.ts';
import { RingKey } from '../../src/oidc/ring-key.ts';
import { DAY_S, type KeyHouse, keyHouse } from '../keys/key-house.ts';

let house: KeyHouse;
beforeEach(async () => {
  house = await keyHouse();
  await ensureKeys(house.deps);
  house.turn(DAY_S);
});
afterEach(() => house.close());

const SECRET = 'a-secret-of-a-test-that-is-long-enough';

/** A JWT for a service needs no record. */
const nothing = async () => undefined;
const nothingStored = {
  upsert: nothing,
  find: nothing,
  findByUid: nothing,
  findByUserCode: nothing,
  consume: nothing,
  destroy: nothing,
  revokeByGrantId: nothing,
};

/** The library alone, with one client, signing with the ring. */
async function providerOn(ring: ConstructorParameters<typeof RingKey>[0]) {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const issuer = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  const provider = new Provider(issuer, {
    adapter: () => nothingStored,
    jwks: { keys: [new RingKey(ring)] },
    clients: [
      {
        client_id: 'service',
        client_secret: SECRET,
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
      },
    ],
    ttl: { ClientCredentials: 900 },
    features: {
      devInteractions: { enabled: false },
      externalSigningSupport: { enabled: true, ack: 'experimental-01' },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => issuer,
        getResourceServerInfo: () => ({
          scope: '',
          audience: issuer,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: 'RS256' } },
        }),
      },
    },
  });
  server.on('request', (request, response) => void provider.callback()(request, response));
  return {
    issuer,
    async token(): Promise<{ status: number; token: string }> {
      const response = await fetch(`${issuer}/token`, {
        method: 'POST',
        headers: { authorization: `Basic ${btoa(`service:${SECRET}`)}` },
        body: new URLSearchParams({ grant_type: 'client_credentials' }),
      });
      const body: { access_token?: string } = JSON.parse(await response.text());
      return { status: response.status, token: body.access_token ?? '' };
    },
    close: () => server.close(),
  };
}

it('the library signs with whatever key is current, from one request to the next', async () => {
  const ring = await house.openRing();
  const library = await providerOn(ring);
  const kids: unknown[] = [];
  for (const _ of [1, 2]) {
    const jwks = createLocalJWKSet(JSON.parse(ring.document.body.toString()));
    const verified = await jwtVerify((await library.token()).token, jwks, {
      issuer: library.issuer,
      typ: 'at+jwt',
    });
    expect(verified.protectedHeader.kid).toBe(ring.current.kid);
    kids.push(verified.protectedHeader.kid);
    await rotateNow(house.deps);
    await ring.reread();
  }
  expect(new Set(kids).size).toBe(2);
  library.close();
});

it('a rotation between the reading of the kid and the signature does no harm', async () => {
  const ring = await house.openRing();
  const key = new RingKey(ring);
  const { kid, publicKey } = ring.current;
  const header = Buffer.from(JSON.stringify({ alg: key.alg, kid: key.kid })).toString('base64url');
  const data = Buffer.from(`${header}.payload`);
  await rotateNow(house.deps);
  await ring.reread();
  expect(key.kid).not.toBe(kid);
  expect(verify('sha256', data, publicKey, await key.sign(data))).toBe(true);
});
