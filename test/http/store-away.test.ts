import { setTimeout as wait } from 'node:timers/promises';
import { type Application, application, signIn } from '../oidc/application.ts';
import { freshDatabase, type TestDatabase } from '../support/database.ts';
import { type TestHouse, openTestHouse } from '../support/house.ts';
import { type Asked, send } from '../support/http.ts';
import { timed } from '../support/stopwatch.ts';
import { type TcpProxy, tcpProxy } from '../support/tcp-proxy.ts';

let database: TestDatabase;
let proxy: TcpProxy;
let home: TestHouse;
let app: Application;
let refreshToken: string;
beforeAll(async () => {
  database = await freshDatabase();
  const { host, user, database: name } = database.config;
  proxy = await tcpProxy({ path: `${host}/.s.PGSQL.5432` });
  home = await openTestHouse({
    env: { DATABASE_URL: `postgres://${user}@127.0.0.1:${proxy.port}/${name}` },
  });
  app = await application(home);
  ({ refresh_token: refreshToken = '' } = (await signIn(app)).tokens);
});
afterAll(async () => {
  proxy.heal();
  await home.close();
  await proxy.close();
  await database.close();
});

/** What a request may cost that meets a database which is away. */
const PATIENCE_MS = 3000;

const ask = (path: string, asked: Asked = {}) => timed(() => send(`${home.issuer}${path}`, asked));

const basic = () => `Basic ${Buffer.from(`${app.id}:${app.secret}`).toString('base64')}`;
const refreshing = () =>
  ask('/token', {
    headers: { authorization: basic() },
    body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: refreshToken }),
  });

describe.each([
  ['cut off', (one: TcpProxy) => one.cut()],
  ['silent', (one: TcpProxy) => one.blackHole()],
])('while the database is %s', (_how, hurt) => {
  beforeAll(() => hurt(proxy));
  afterAll(async () => {
    proxy.heal();
    const deadline = performance.now() + 5000;
    while ((await ask('/health/ready')).status !== 200) {
      if (performance.now() > deadline) throw new Error('It does not heal.');
      await wait(50);
    }
  });

  it('a token request is asked to come again, and burns nothing', async () => {
    const answers = await Promise.all(Array.from({ length: 12 }, refreshing));
    for (const answer of answers) {
      const { status, headers, ms } = answer;
      expect(status).toBe(503);
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
      expect(headers.get('cache-control')).toMatch(/no-store/);
      expect(answer.json()['error']).toBe('temporarily_unavailable');
      expect(ms).toBeLessThan(PATIENCE_MS);
    }
  });

  it('a page says so, and nothing of how', async () => {
    const answer = await ask('/auth?client_id=unknown&scope=openid', {
      headers: { accept: 'text/html' },
    });
    expect(answer.status).toBe(503);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(answer.headers.get('content-type')).toMatch(/^text\/html/);
    expect(answer.text).toContain(answer.headers.get('x-request-id'));
    expect(answer.text).not.toMatch(/postgres|prisma|sql|ECONN|127\.0\.0\.1:|\.ts:/i);
    expect(answer.ms).toBeLessThan(PATIENCE_MS);
  });

  it('whoever asks is told that it lives and is not ready', async () => {
    expect((await ask('/health/live')).status).toBe(200);
    const ready = await ask('/health/ready');
    expect(ready.status).toBe(503);
    expect(ready.text).toBe('not ready\n');
    expect(ready.ms).toBeLessThan(2000);
  });

  it('keys and discovery are answered as ever', async () => {
    for (const path of [
      '/jwks',
      '/.well-known/openid-configuration',
      '/.well-known/oauth-authorization-server',
    ]) {
      const answer = await ask(path);
      expect([path, answer.status]).toEqual([path, 200]);
      expect(answer.ms).toBeLessThan(500);
    }
  });
});

it('goes on by itself when the database is back', async () => {
  const answer = await refreshing();
  expect(answer.status).toBe(200);
});
