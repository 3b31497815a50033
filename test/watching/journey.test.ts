import { listenForMetrics, type MetricsListener } from '../../src/metrics/listener.ts';
import { type Metrics, openMetrics } from '../../src/metrics/metrics.ts';
import { readSettings } from '../../src/settings/settings.ts';
import { type Tracing, openTracing } from '../../src/tracing/tracing.ts';
import { together } from '../../src/watching/watch.ts';
import {
  type Application,
  type Tokens,
  application,
  me,
  post,
  refresh,
  signIn,
} from '../oidc/application.ts';
import { figuresIn, sumOf } from '../support/figures.ts';
import { BACKENDS, type Person, type TestHouse, openTestHouse } from '../support/house.ts';
import { send } from '../support/http.ts';
import { type Collector, openCollector } from '../support/otlp-collector.ts';
import { noteSecret, secretsIn } from '../support/secrets-used.ts';

let collector: Collector;
let tracing: Tracing;
let metrics: Metrics;
let listener: MetricsListener;
let house: TestHouse;
let app: Application;
let person: Person;
let tokens: Tokens;
const CALLER = { traceId: 'ab'.repeat(16), spanId: 'cd'.repeat(8) };

// One journey, looked at by both; the tests look at what they saw.
beforeAll(async () => {
  collector = await openCollector();
  const settings = readSettings({
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_EXPORTER_OTLP_HEADERS: 'api-key=of%20ours',
    OTEL_SERVICE_NAME: 'id',
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment=test,service.name=other',
    OTEL_BSP_SCHEDULE_DELAY: '20',
  });
  const log = { warn() {}, info() {} };
  tracing = openTracing(settings, { to: 'otlp', version: '1.2.3', log });
  metrics = openMetrics({ version: '1.2.3' });
  listener = await listenForMetrics({ port: 0, host: '127.0.0.1' }, metrics);
  const watch = together(metrics.watch, tracing.watch);
  house = await openTestHouse({ watch, backend: BACKENDS.at(-1) ?? 'postgres' });
  metrics.opened(house.house.standing());

  app = await application(house);
  const signedIn = await signIn(app, { scope: 'openid email offline_access' });
  ({ tokens, person } = signedIn);
  const old = tokens.refresh_token ?? '';
  await Promise.all([refresh(app, old), refresh(app, old)]);
  await me(house, tokens.access_token);
  const browser = house.browser();
  const stranger = { email: 'nobody@example.com', password: 'wrong but secret 12345' };
  await browser.submit(await browser.visit('/sign-in'), stranger);
  const traceparent = `00-${CALLER.traceId}-${CALLER.spanId}-01`;
  await post(app, '/token', { grant_type: 'nothing' }, { traceparent, tracestate: 'x=stranger' });
  for (const name of ['access_token', 'refresh_token', 'id_token'] as const) {
    noteSecret(name, tokens[name]);
  }
});
afterAll(async () => {
  listener.close();
  await house.close();
  await tracing.close();
  await collector.close();
});

const scrape = async () => figuresIn(await metrics.text());
const ask = (path: string, method = 'GET') =>
  send(`${house.issuer}${path}`, { method, headers: { traceparent: path } });
const operator = (path: string, method = 'GET') =>
  send(`http://127.0.0.1:${listener.port}${path}`, { method });

describe('figures', () => {
  it('tell requests by route and status, and what became of sign-ins and tokens', async () => {
    const figures = await scrape();
    const of = (name: string, labels?: Record<string, string>) => sumOf(figures, name, labels);
    const signIns = { route: '/interaction/:uid/sign-in', method: 'POST' };
    expect(of('gatehouse_http_requests_total', { ...signIns, status: '303' })).toBe(1);
    expect(of('gatehouse_sign_ins_total', { result: 'signed-in' })).toBe(1);
    expect(of('gatehouse_sign_ins_total', { result: 'unknown-person' })).toBe(1);
    expect(of('gatehouse_tokens_total', { grant: 'authorization_code' })).toBe(1);
    expect(of('gatehouse_tokens_total', { grant: 'refresh_token' })).toBe(2);
    expect(of('gatehouse_refresh_rotations_total', { outcome: 'won' })).toBe(1);
    expect(of('gatehouse_refresh_rotations_total', { outcome: 'answered' })).toBe(1);
    const refusals = { endpoint: 'grant', error: 'unsupported_grant_type' };
    expect(of('gatehouse_protocol_refusals_total', refusals)).toBe(1);
  });

  it('tell how long it takes to hash, to sign and to ask a store', async () => {
    const figures = await scrape();
    expect(sumOf(figures, 'gatehouse_hash_seconds_count', { operation: 'verify' })).toBe(2);
    expect(sumOf(figures, 'gatehouse_sign_seconds_count')).toBeGreaterThanOrEqual(4);
    for (const store of BACKENDS) {
      expect(sumOf(figures, 'gatehouse_store_seconds_count', { store })).toBeGreaterThan(10);
    }
    expect(figures.filter(({ name }) => name === 'gatehouse_store_errors_total')).toEqual([]);
  });

  it('tell how the house stands', async () => {
    const figures = await scrape();
    const of = (name: string, labels?: Record<string, string>) => sumOf(figures, name, labels);
    expect(of('gatehouse_open')).toBe(1);
    expect(of('gatehouse_part_up', { part: 'postgres' })).toBe(1);
    expect(of('gatehouse_changes_heard')).toBe(1);
    expect(of('gatehouse_signing_keys', { state: 'current' })).toBe(1);
    expect(of('gatehouse_signing_key_life_seconds')).toBe(7_776_000);
    expect(of('gatehouse_postgres_connections', { state: 'idle' })).toBeGreaterThan(0);
    expect(of('gatehouse_http_requests_in_flight')).toBe(0);
    expect(figures.find(({ name }) => name === 'gatehouse_rows')).toBeDefined();
    expect(of('nodejs_eventloop_lag_p99_seconds')).toBeGreaterThan(0);
  });

  it('tell a replay that was stopped, once it was stopped for good', async () => {
    const old = tokens.refresh_token ?? '';
    const consumed = { where: { consumedAt: { not: null } }, data: { consumedAt: new Date(0) } };
    await house.house.db.refreshToken.updateMany(consumed);
    await expect(refresh(app, old)).rejects.toMatchObject({ error: 'invalid_grant' });
    const figures = await scrape();
    expect(sumOf(figures, 'gatehouse_replays_stopped_total', { what: 'refresh-token' })).toBe(1);
  });

  it('do not grow with what strangers send', async () => {
    await ask('/nowhere');
    await ask('/nowhere', 'PROPFIND');
    await post(app, '/token', { grant_type: 'x' });
    const before = (await scrape()).length;
    for (let i = 0; i < 30; i += 1) {
      await ask(`/nowhere/${i}`, ['PROPFIND', 'SEARCH', 'GET'][i % 3]);
      await ask(`/interaction/${i}x/sign-in`);
      await post(app, '/token', { grant_type: `x${i}` });
    }
    // The route of interactions has its 4xx now.
    expect((await scrape()).length - before).toBeLessThan(30);
  });

  it('stand behind a door of their own', async () => {
    expect((await send(`${house.issuer}/metrics`)).status).toBe(404);
    const told = await operator('/metrics');
    expect(told.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(told.text).toContain('gatehouse_info{version="1.2.3"} 1');
    expect((await operator('/metrics', 'POST')).status).toBe(405);
    expect((await operator('/')).status).toBe(404);
    expect((await operator('/health/ready')).status).toBe(200);
    expect((await operator('/health')).json()).toMatchObject({
      status: 'ok',
      processes: [{ status: 'open', version: '1.2.3', changesHeard: true }],
    });
  });

  it('hold no secret and nobody’s address', async () => {
    const text = await metrics.text();
    expect(secretsIn(text)).toEqual([]);
    expect(text).not.toMatch(/@|127\.0\.0\.1/);
  });
});

describe('traces', () => {
  it('tell a request with all that it caused', async () => {
    const signIns = collector.spans.find(({ name }) => name === 'POST /interaction/:uid/sign-in');
    expect(signIns).toMatchObject({
      kind: 2,
      parentId: '',
      failed: false,
      attributes: { 'http.route': '/interaction/:uid/sign-in', 'http.response.status_code': 303 },
    });
    const caused = collector.spans.filter(({ traceId }) => traceId === signIns?.traceId);
    const names = caused.map(({ name }) => name);
    expect(names).toContain('verify password');
    expect(names).toContain('SELECT accounts');
    expect(names).toContain('INSERT audit_events');
    const inside = caused.find(({ name }) => name === 'verify password');
    expect(inside?.parentId).toBe(signIns?.spanId);
    const exchange = collector.spans.find(({ name }) => name === 'sign');
    expect(collector.spans.find(({ spanId }) => spanId === exchange?.parentId)?.name).toBe(
      'POST /token',
    );
    const systems = new Set(collector.spans.map(({ attributes }) => attributes['db.system.name']));
    for (const backend of BACKENDS) expect([...systems].join(' ')).toContain(backend);
  });

  it('tell a job with the mail that it sent', async () => {
    const job = collector.spans.find(({ name }) => name === 'job send-mail');
    const caused = collector.spans.filter(({ traceId }) => traceId === job?.traceId);
    expect(caused.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['try mail', 'deliver mail', 'UPDATE mails']),
    );
  });

  it('go on with the trace of whoever asks, and name it in the log', () => {
    const asked = collector.spans.find(({ parentId }) => parentId === CALLER.spanId);
    expect(asked).toMatchObject({ traceId: CALLER.traceId, traceState: '' });
    const line = house.log
      .entries()
      .find(({ traceId, msg }) => traceId === CALLER.traceId && msg === 'request');
    expect(line).toMatchObject({ route: '/token', status: 400 });
    expect(line?.['requestId']).toMatch(/^[\da-f-]{36}$/);
  });

  it('say whose they are, and bring what the collector wants to see', () => {
    expect(collector.resource()).toMatchObject({
      'service.name': 'id',
      'service.version': '1.2.3',
      'deployment.environment': 'test',
    });
    expect(collector.headers[0]?.['api-key']).toBe('of ours');
  });

  it('hold no secret, no address and no path', () => {
    const text = collector.text();
    expect(collector.spans.length).toBeGreaterThan(100);
    expect(secretsIn(text)).toEqual([]);
    for (const hidden of [
      person.email,
      person.id,
      'nobody@',
      '127.0.0.1',
      'stranger',
      '/nowhere',
    ]) {
      expect(text).not.toContain(hidden);
    }
    const names = new Set(collector.spans.map(({ name }) => name));
    expect([...names].filter((name) => /[A-Za-z0-9_-]{21}/.test(name))).toEqual([]);
  });
});
