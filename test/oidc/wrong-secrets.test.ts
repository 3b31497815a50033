import { Redis } from 'ioredis';
import { BACKENDS, type TestHouse, openTestHouse } from '../support/house.ts';
import type { Answer } from '../support/http.ts';
import { type Application, application, field, post } from './application.ts';

const PATHS = ['/token', '/token/introspection', '/token/revocation', '/request'];
const FIELDS = { grant_type: 'client_credentials', token: 'x' };

const counted = (answers: Answer[], status: number) =>
  answers.filter((answer) => answer.status === status).length;

describe('wrong client secrets', () => {
  let house: TestHouse;
  let app: Application;
  beforeAll(async () => {
    house = await openTestHouse({ env: { GATEHOUSE_TRUSTED_PROXIES: '127.0.0.1' } });
  });
  beforeEach(async () => {
    app = await application(house, {
      grantTypes: ['client_credentials'],
      redirectUris: [],
      scopes: [],
    });
  });
  afterAll(() => house.close());

  const ask = (secret: string, { path = '/token', from = '192.0.2.1', by = app } = {}) =>
    post(by, path, FIELDS, {
      authorization: `Basic ${Buffer.from(`${by.id}:${secret}`).toString('base64')}`,
      'x-forwarded-for': from,
    });
  const spend = (times = 30, from = '192.0.2.1') =>
    Promise.all(
      Array.from({ length: times }, (_, i) => ask('wrong', { path: PATHS[i % 4] ?? '', from })),
    );
  it('are told so thirty times a minute, at all endpoints together, and then to wait', async () => {
    const answers = await spend(100);
    expect([counted(answers, 401), counted(answers, 429)]).toEqual([30, 70]);
    expect(new Set(answers.map((answer) => field(answer, 'error')))).toEqual(
      new Set(['invalid_client']),
    );
    for (const path of PATHS) {
      const refused = await ask('wrong', { path });
      expect(refused.status).toBe(429);
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(50);
      expect(refused.headers.get('cache-control')).toContain('no-store');
    }
    const events = await house.house.audit.list({ name: 'budget-spent', limit: 5 });
    expect(events).toMatchObject([{ clientId: app.id, details: { budget: 'client-secrets' } }]);
  });

  it('never keep the right one out', async () => {
    await spend(40);
    const right = await Promise.all(Array.from({ length: 40 }, () => ask(app.secret)));
    expect(counted(right, 200)).toBe(40);
  });

  it('are counted for each client and each origin, and forgotten after a minute', async () => {
    await spend(30, '2001:db8::1');
    expect((await ask('wrong', { from: '2001:db8::2' })).status).toBe(429);
    expect((await ask('wrong', { from: '2001:db8:0:1::2' })).status).toBe(401);
    const other = await application(house);
    expect((await ask('wrong', { from: '2001:db8::1', by: other })).status).toBe(401);
    house.turnClock(60_000);
    expect((await ask('wrong', { from: '2001:db8::1' })).status).toBe(401);
  });
});

if (BACKENDS.includes('redis')) {
  it('are counted more strictly, and never not at all, while Redis is away', async () => {
    const house = await openTestHouse({ backend: 'redis' });
    const app = await application(house, {
      grantTypes: ['client_credentials'],
      redirectUris: [],
      scopes: [],
    });
    const original: unknown = Reflect.get(Redis.prototype, 'sendCommand');
    const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    Reflect.set(Redis.prototype, 'sendCommand', () => Promise.reject(refused));
    try {
      const wrong = { ...app, secret: 'wrong' };
      const answers = await Promise.all(
        Array.from({ length: 30 }, () => post(wrong, '/token', FIELDS)),
      );
      expect([counted(answers, 401), counted(answers, 429)]).toEqual([7, 23]);
      expect((await post(app, '/token', FIELDS)).status).toBe(200);
    } finally {
      Reflect.set(Redis.prototype, 'sendCommand', original);
      await house.close();
    }
  });
}
