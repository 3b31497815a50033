import { randomUUID } from 'node:crypto';
import { type RequestListener, createServer } from 'node:http';
import { once } from 'node:events';
import * as jose from 'jose';
import { fetchClientKeys } from '../../src/oidc/client-keys.ts';
import { type TestHouse, openTestHouse } from '../support/house.ts';
import { type Answer, send } from '../support/http.ts';
import { timed } from '../support/stopwatch.ts';
import { application, field, post } from './application.ts';

/** A place where keys are published, and how often it was asked. */
async function place(answer: RequestListener) {
  let asked = 0;
  const server = createServer((request, response) => {
    asked += 1;
    answer(request, response);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  return {
    url: `http://127.0.0.1:${port}/jwks`,
    asked: () => asked,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => void server.close(resolve));
    },
  };
}

const soon = () => ({ signal: AbortSignal.timeout(600) });

describe('keys that clients publish', () => {
  let clock = new Date();
  const read = () => fetchClientKeys(() => clock);

  it('are read, without what is said of keeping them', async () => {
    const keys = await place((_request, response) => {
      response.setHeader('cache-control', 'max-age=31536000');
      response.end('{"keys":[]}');
    });
    const answer = await read()(keys.url, soon());
    expect([answer.status, await answer.text()]).toEqual([200, '{"keys":[]}']);
    expect([...answer.headers.keys()]).toEqual(['content-type']);
    await keys.close();
  });

  it.each<[what: string, answer: RequestListener]>([
    ['never answers', () => {}],
    ['answers slowly, piece by piece', (_request, response) => void response.write('{"keys":')],
    ['answers without end', (_request, response) => void response.end('x'.repeat(65 * 1024))],
    ['answers an error', (_request, response) => void response.writeHead(500).end('{"keys":[]}')],
    [
      'leads elsewhere',
      (_request, response) => void response.writeHead(302, { location: '/' }).end(),
    ],
    ['answers no JSON', (_request, response) => void response.end('<html>')],
    ['hangs up', (request) => void request.socket.destroy()],
  ])(
    'at a place that %s fail, and are not asked for again for half a minute',
    async (_what, answer) => {
      const keys = await place(answer);
      const readKeys = read();
      await expect(readKeys(keys.url, soon())).rejects.not.toThrow('a moment ago');
      const asked = keys.asked();
      await expect(readKeys(keys.url, soon())).rejects.toThrow('failed a moment ago');
      expect(keys.asked()).toBe(asked);
      await expect(readKeys(`${keys.url}/other`, soon())).rejects.not.toThrow('a moment ago');
      clock = new Date(clock.getTime() + 31_000);
      const before = keys.asked();
      await expect(readKeys(keys.url, soon())).rejects.not.toThrow('a moment ago');
      expect(keys.asked()).toBe(before + 1);
      await keys.close();
    },
  );
});

describe('a client whose keys are at a place that hangs', () => {
  let house: TestHouse;
  let hanging: { id: string };
  let asked: string[];
  let privateKey: jose.CryptoKey;
  beforeAll(async () => {
    house = await openTestHouse();
    hanging = await house.client({
      tokenEndpointAuthMethod: 'private_key_jwt',
      grantTypes: ['client_credentials'],
      redirectUris: [],
      scopes: [],
      jwksUri: 'https://keys.example/jwks',
    });
    ({ privateKey } = await jose.generateKeyPair('ES256'));
    asked = [];
    const real = globalThis.fetch;
    globalThis.fetch = async (address, options) => {
      if (address !== 'https://keys.example/jwks') return real(address, options);
      asked.push(address);
      await new Promise((_resolve, reject) => {
        options?.signal?.addEventListener('abort', () => reject(new Error('too slow')));
      });
      throw new Error('never');
    };
  });
  afterAll(() => house.close());

  async function authenticate(): Promise<Answer & { ms: number }> {
    const { id } = hanging;
    const claims = { iss: id, sub: id, aud: house.issuer, jti: randomUUID() };
    const assertion = await new jose.SignJWT(claims)
      .setProtectedHeader({ alg: 'ES256' })
      .setExpirationTime('1m')
      .sign(privateKey);
    const body = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: id,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: assertion,
    });
    return timed(() => send(`${house.issuer}/token`, { body }));
  }

  it('is refused within three seconds, once, and then at once; others notice nothing', async () => {
    const service = await application(house, {
      grantTypes: ['client_credentials'],
      redirectUris: [],
      scopes: [],
    });
    const first = Array.from({ length: 10 }, authenticate);
    const other = await post(service, '/token', { grant_type: 'client_credentials' });
    expect(other.status).toBe(200);
    expect(asked.length).toBeLessThanOrEqual(1);
    for (const answer of await Promise.all(first)) {
      expect([answer.status, field(answer, 'error')]).toEqual([401, 'invalid_client']);
      expect(answer.ms).toBeLessThan(3000);
    }
    const next = await Promise.all(Array.from({ length: 10 }, authenticate));
    for (const answer of next) {
      expect([answer.status, field(answer, 'error')]).toEqual([401, 'invalid_client']);
      expect(answer.ms).toBeLessThan(1500);
    }
    expect(asked).toEqual(['https://keys.example/jwks']);
  });

  it('is asked for its keys again half a minute later', async () => {
    house.turnClock(31_000);
    expect((await authenticate()).status).toBe(401);
    expect(asked).toHaveLength(2);
  });
});
