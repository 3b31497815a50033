import { connect } from 'node:net';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { Client } from 'pg';
import { connectionTo } from '../../src/stores/postgres/connection.ts';
import { classOf } from '../../src/http/in-flight.ts';
import { type Application, application, request, signIn } from '../oidc/application.ts';
import { type TestHouse, openTestHouse } from '../support/house.ts';
import { type Asked, send } from '../support/http.ts';
import { timed } from '../support/stopwatch.ts';

let home: TestHouse;
let app: Application;
let accessToken: string;
beforeAll(async () => {
  home = await openTestHouse({ env: { GATEHOUSE_MEMORY: '192' } });
  app = await application(home, {
    grantTypes: ['authorization_code', 'refresh_token', 'client_credentials'],
  });
  ({ access_token: accessToken } = (await signIn(app)).tokens);
});
afterAll(() => home.close());

const ask = (path: string, asked: Asked = {}) => timed(() => send(`${home.issuer}${path}`, asked));

const me = () => ask('/me', { headers: { authorization: `Bearer ${accessToken}` } });
const page = () => ask('/sign-in', { headers: { accept: 'text/html' } });
const clientCredentials = () =>
  ask('/token', {
    headers: { authorization: `Basic ${btoa(`${app.id}:${app.secret}`)}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  });

/** Holds up whatever asks for a grant or an account, as a slow database does. */
async function whileHeldUp<T>(table: string, work: () => Promise<T>): Promise<T> {
  const client = new Client(connectionTo(String(home.settings.DATABASE_URL)));
  await client.connect();
  await client.query(`BEGIN; LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`);
  try {
    return await work();
  } finally {
    await client.end();
  }
}

it.each([
  ['POST', '/interaction/abc/sign-in', 'password'],
  ['POST', '/interaction/abc/sign-up/details', 'password'],
  ['POST', '/interaction/abc/password-reset/new-password', 'password'],
  ['POST', '/interaction/abc/password-expiry', 'password'],
  ['GET', '/interaction/abc/sign-in', 'page'],
  ['POST', '/interaction/abc/consent', 'page'],
  ['GET', '/', 'page'],
  ['GET', '/auth', 'page'],
  ['GET', '/auth/abc', 'page'],
  ['POST', '/session/end', 'page'],
  ['POST', '/token', 'token'],
  ['POST', '/token/introspection', 'inquiry'],
  ['POST', '/request', 'token'],
  ['GET', '/me', 'inquiry'],
  ['GET', '/menu', 'rest'],
  ['GET', '/client-logo/app', 'rest'],
])('%s %s is of the class %s', (method, path, name) => {
  expect(classOf({ method, path })).toBe(name);
});

describe('a storm of what cannot be done now', () => {
  it('is cut short: no more than fit wait, the others are asked to come again at once', async () => {
    const answers = await whileHeldUp('grants', () => Promise.all(Array.from({ length: 200 }, me)));
    for (const answer of answers) {
      expect(answer.status).toBe(503);
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
      expect(answer.json()['error']).toBe('temporarily_unavailable');
      expect(answer.ms).toBeLessThan(8000);
    }
    const atOnce = answers.filter(({ ms }) => ms < 1300);
    expect(atOnce.length).toBeGreaterThanOrEqual(80);
    expect(home.house.rooms.inFlight.crowds().inquiry).toMatchObject({ inside: 0, waiting: 0 });
    expect((await me()).status).toBe(200);
  });

  it('leaves those quick who need something else, and tells the log once a second', async () => {
    await whileHeldUp('grants', async () => {
      const storm = Promise.all(Array.from({ length: 120 }, me));
      await wait(50);
      const others = await Promise.all([
        page(),
        ask('/jwks'),
        ask('/health/live'),
        clientCredentials(),
      ]);
      expect(others.map(({ status }) => status)).toEqual([303, 200, 200, 200]);
      for (const { ms } of others) expect(ms).toBeLessThan(500);
      await storm;
    });
    const lines = home.log
      .entries()
      .filter(({ msg }) => String(msg).startsWith('more is asked for'));
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.length).toBeLessThan(10);
    expect(lines[0]).toMatchObject({ class: 'inquiry' });
  });

  it('of pages is answered with a page, in the language of the reader', async () => {
    const { url } = await request(app);
    const begins = () => ask(`${url.pathname}${url.search}`, { headers: { accept: 'text/html' } });
    const answers = await whileHeldUp('artifacts', async () => {
      const storm = Promise.all(Array.from({ length: 200 }, begins));
      expect((await clientCredentials()).status).toBe(200);
      return storm;
    });
    const crowded = 'More people are here than can be served at once';
    const told = answers.find(({ text }) => text.includes(crowded));
    expect(told).toMatchObject({ status: 503 });
    expect(told?.headers.get('content-type')).toMatch(/^text\/html/);
    expect(Number(told?.headers.get('retry-after'))).toBeGreaterThan(0);
  });
});

it('gives a body that trickles in no place that others need', async () => {
  const slow = Array.from({ length: 100 }, () => {
    const socket = connect(home.settings.PORT, '127.0.0.1');
    socket.on('error', () => {});
    socket.write(
      `POST /token HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 50\r\n\r\ngrant`,
    );
    return socket;
  });
  await Promise.all(slow.map((socket) => once(socket, 'connect')));
  await wait(100);
  expect(home.house.rooms.inFlight.crowds().token.inside).toBe(0);
  const { status, ms } = await clientCredentials();
  expect(status).toBe(200);
  expect(ms).toBeLessThan(1000);
  for (const socket of slow) socket.destroy();
});

it('refuses more than a hundred headers', async () => {
  const headers = Object.fromEntries(Array.from({ length: 120 }, (_, i) => [`x-${i}`, '1']));
  expect((await ask('/', { headers })).status).toBe(431);
});
