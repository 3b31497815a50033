import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openLookout } from '../../src/lookout.ts';
import { openLogger } from '../../src/logging/logger.ts';
import { SettingsError, readSettings } from '../../src/settings/settings.ts';
import { tracesGoTo } from '../../src/tracing/wanted.ts';
import { traceParentIn } from '../../src/watching/trace-parent.ts';
import { type Happening, heldBack } from '../../src/watching/watch.ts';
import { nameIn } from '../../src/stores/postgres/watched-pool.ts';
import { collectLog } from '../support/log-lines.ts';

const src = join(import.meta.dirname, '../../src');

it('where nobody asked for figures or traces, nothing is watched', async () => {
  const log = openLogger({ level: 'info', to: collectLog().stream });
  const lookout = await openLookout(readSettings({}), log);
  expect(lookout.watch).toBeUndefined();
  await lookout.close();
});

it('what they are made with is loaded by none who did not ask', () => {
  const outside = globSync('**/*.ts', { cwd: src }).filter(
    (file) => !/^(metrics|tracing)\//.test(file),
  );
  const loading = outside.filter((file) =>
    [...readFileSync(join(src, file), 'utf8').matchAll(/^import (?!type)[^;]*? from '([^']+)'/gm)]
      .map(([, path = '']) => path)
      .some((path) => /\/(metrics|tracing)\/(?!wanted)/.test(path) && !/settings\//.test(file)),
  );
  expect(loading).toEqual([]);
  expect(readFileSync(join(src, 'tracing/wanted.ts'), 'utf8')).not.toMatch(/^import (?!type)/m);
});

it.each<[string, Record<string, string>, string | undefined]>([
  ['nothing', {}, undefined],
  ['an endpoint', { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://localhost:4318' }, 'otlp'],
  ['an endpoint for traces', { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://x/traces' }, 'otlp'],
  ['an exporter', { OTEL_TRACES_EXPORTER: 'otlp' }, 'otlp'],
  ['the console', { OTEL_TRACES_EXPORTER: 'console' }, 'console'],
  [
    'no exporter',
    { OTEL_TRACES_EXPORTER: 'none', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://x' },
    undefined,
  ],
  ['a name alone', { OTEL_SERVICE_NAME: 'id', OTEL_TRACES_SAMPLER: 'always_on' }, undefined],
  ['everything, disabled', { OTEL_TRACES_EXPORTER: 'otlp', OTEL_SDK_DISABLED: 'TRUE' }, undefined],
])('%s: traces go where that says', (_what, env, to) => {
  expect(tracesGoTo(readSettings(env))).toBe(to);
});

it.each([
  ['OTEL_EXPORTER_OTLP_PROTOCOL', 'grpc'],
  ['OTEL_EXPORTER_OTLP_ENDPOINT', 'localhost:4317'],
  ['OTEL_EXPORTER_OTLP_ENDPOINT', 'http://user:password@localhost'],
  ['OTEL_EXPORTER_OTLP_HEADERS', 'no pair'],
  ['OTEL_RESOURCE_ATTRIBUTES', 'a=%zz'],
  ['OTEL_TRACES_SAMPLER', 'jaeger_remote'],
  ['OTEL_TRACES_SAMPLER_ARG', '2'],
  ['METRICS_PORT', '3000'],
  ['METRICS_PORT', '70000'],
])('%s=%s is refused at start', (variable, value) => {
  expect(() => readSettings({ [variable]: value })).toThrow(SettingsError);
});

it('believes no traceparent but a whole one', () => {
  const [trace, span] = ['0af7651916cd43dd8448eb211c80319c', 'b7ad6b7169203331'];
  const whole = { traceId: trace, spanId: span, sampled: true };
  expect(traceParentIn(`00-${trace}-${span}-01`)).toEqual(whole);
  expect(traceParentIn(`00-${trace}-${span}-00`)).toEqual({ ...whole, sampled: false });
  // A later version may say more.
  expect(traceParentIn(`01-${trace}-${span}-01-more`)).toEqual(whole);
  for (const wrong of [
    '',
    `00-${trace}-${span}-01-more`,
    `ff-${trace}-${span}-01`,
    `00-${'0'.repeat(32)}-${span}-01`,
    `00-${trace}-${'0'.repeat(16)}-01`,
    `00-${trace.toUpperCase()}-${span}-01`,
    `00-${trace}-${span}`,
  ]) {
    expect(traceParentIn(wrong)).toBeUndefined();
  }
});

it('tells what happens in a transaction once it is committed', () => {
  const heard: Happening[] = [];
  const watch = {
    begins: () => ({ within: <T>(run: () => T) => run(), ends() {} }),
    happened: (event: Happening) => void heard.push(event),
  };
  const held = heldBack(watch);
  held.watch.happened({ event: 'audit', name: 'signed-in' });
  expect(heard).toEqual([]);
  held.tell();
  expect(heard).toEqual([{ event: 'audit', name: 'signed-in' }]);
});

it('knows a statement by its verb and first table, and nothing else of it', () => {
  expect(nameIn('SELECT "public"."accounts"."id" FROM "public"."accounts" WHERE 1=1')).toBe(
    'SELECT accounts',
  );
  expect(nameIn(' insert into mails (id) values ($1)')).toBe('INSERT mails');
  expect(nameIn('UPDATE "sessions" SET x = $1')).toBe('UPDATE sessions');
  expect(nameIn('WITH kept AS (SELECT FROM grants WHERE id = $5)')).toBe('WITH grants');
  expect(nameIn('BEGIN')).toBe('BEGIN');
});
