import * as oauth from 'openid-client';
import { type TestHouse, openTestHouse } from '../support/house.ts';
import { type Asked, send } from '../support/http.ts';
import { expectQuietLibrary } from './quiet.ts';

const ISSUER = 'https://id.example';

expectQuietLibrary();

describe('behind a proxy that speaks https', () => {
  let house: TestHouse;
  beforeAll(async () => {
    house = await openTestHouse({ env: { ISSUER, GATEHOUSE_DEVELOPMENT: 'remote' } });
  });
  afterAll(() => house.close());

  const jar = new Map<string, string>();
  const lines: string[] = [];

  async function ask(target: string, asked: Asked = {}) {
    const { pathname, search } = new URL(target, ISSUER);
    const cookie = [...jar].map((pair) => pair.join('=')).join('; ');
    const answer = await send(`http://127.0.0.1:${house.settings.PORT}${pathname}${search}`, {
      ...asked,
      headers: { host: 'id.example', accept: 'text/html', cookie, ...asked.headers },
    });
    for (const line of answer.headers.getSetCookie()) {
      lines.push(line);
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      jar.set(name, value);
    }
    return answer;
  }

  async function signIn() {
    const { id, redirectUri } = await house.client({ firstParty: true });
    const { email, password } = await house.person();
    const query = new URLSearchParams({
      client_id: id,
      redirect_uri: redirectUri,
      response_type: 'code',
      scope: 'openid',
      code_challenge: await oauth.calculatePKCECodeChallenge(oauth.randomPKCECodeVerifier()),
      code_challenge_method: 'S256',
    });
    let answer = await ask(`/auth?${query.toString()}`);
    for (let steps = 0; steps < 8; steps += 1) {
      const location = answer.headers.get('location');
      if (location?.startsWith(redirectUri)) return new URL(location);
      const action = /<form[^>]*action="([^"]*sign-in[^"]*)"/.exec(answer.text)?.[1];
      const body = new URLSearchParams({ email, password });
      const headers = { origin: ISSUER, 'sec-fetch-site': 'same-origin' };
      answer = location ? await ask(location) : await ask(action ?? '/', { body, headers });
    }
    throw new Error(`never left: ${answer.status} ${answer.text.slice(0, 400)}`);
  }

  it('cookies are bound to this host, and kept from scripts, other sites and plain http', async () => {
    const answer = await signIn();
    expect(answer.searchParams.get('iss')).toBe(ISSUER);
    const ours = lines.filter((line) => line.includes('gatehouse_'));
    expect(ours.length).toBeGreaterThan(3);
    for (const line of ours) {
      expect(line).toMatch(/^__(Host|Secure)-gatehouse_/);
      expect(line).toMatch(/; secure/i);
      expect(line).toMatch(/; httponly/i);
      expect(line).toMatch(/; samesite=lax/i);
      expect(line).not.toMatch(/domain=/i);
      expect(line.length).toBeLessThan(4096);
    }
    const host = ours.filter((line) => line.startsWith('__Host-'));
    expect(host.filter((line) => !/; path=\/(;|$)/.test(line))).toEqual([]);
    expect([...jar.keys()]).toContain('__Host-gatehouse_session');
    expect([...jar.keys()]).toContain('__Host-gatehouse_session.sig');
  });

  it('every address comes from the issuer, whatever a request says of itself', async () => {
    const { text } = await ask('/.well-known/openid-configuration', {
      headers: { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'http' },
    });
    const addresses = [...text.matchAll(/"(https?:[^"]+)"/g)].map(([, address = '']) => address);
    expect(addresses.every((address) => new URL(address).origin === ISSUER)).toBe(true);
    const page = await ask('/auth?client_id=nobody', { headers: { 'x-forwarded-host': 'evil' } });
    expect(page.text).not.toContain('evil');
  });
});
