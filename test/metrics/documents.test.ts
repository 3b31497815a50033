import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { commands } from '../../src/cli/commands.ts';
import { openMetrics } from '../../src/metrics/metrics.ts';
import { METRICS, metricRows } from '../../src/metrics/table.ts';
import { OPERATING, alertRules, alertsTable, metricsTable } from '../support/metrics-documents.ts';

const deploy = join(import.meta.dirname, '../../deploy');
const dashboard = readFileSync(join(deploy, 'grafana/gatehouse.json'), 'utf8');
const expressions = [...dashboard.matchAll(/"expr": "((?:[^"\\]|\\.)*)"/g)].map(([, text = '']) =>
  text.replaceAll('\\"', '"'),
);
const alerts = alertRules();

/** Every metric of an expression, with the labels that it is asked by. */
function metricsIn(expression: string): { name: string; labels: string[] }[] {
  const asked = /\b((?:gatehouse|nodejs|process)_\w+)(?:\{([^}]*)\})?/g;
  return [...expression.matchAll(asked)].map(([, name = '', labels = '']) => ({
    name,
    labels: [...labels.matchAll(/(\w+)\s*[=!]/g)].map(([, label = '']) => label),
  }));
}

it.each([
  ...expressions.map((text) => ['the dashboard', text] as const),
  ...alerts.map(({ alert, expr }) => [alert, expr] as const),
])('%s asks for what is told: %s', async (_who, expression) => {
  const told = namesOf(await openMetrics({ version: '1' }).text());
  const asked = metricsIn(expression);
  expect(asked.filter(({ name }) => !told.has(name))).toEqual([]);
  const labels = asked.flatMap(({ name }) => labelsOf(name));
  const by = [...expression.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, list = '']) =>
    list.split(', '),
  );
  for (const label of [...by, ...asked.flatMap((one) => one.labels)]) {
    expect([...labels, 'le', 'instance', 'job']).toContain(label);
  }
});

it('every metric of ours stands on the dashboard or in an alert', () => {
  const asked = [...expressions, ...alerts.map(({ expr }) => expr)]
    .flatMap(metricsIn)
    .map(({ name }) => baseOf(name));
  expect(metricRows.filter(({ name }) => !asked.includes(name)).map(({ name }) => name)).toEqual(
    [],
  );
});

it('the operator reads of every metric and every alert as they are', () => {
  const operating = readFileSync(OPERATING, 'utf8');
  expect(operating).toContain(metricsTable());
  expect(operating).toContain(alertsTable());
});

it('what to do is something that the command line can do', () => {
  const names = commands.map(({ name }) => name);
  const advice = alerts.map(({ annotations }) => annotations.what_to_do).join('\n');
  const told = [...advice.matchAll(/`gatehouse ([a-z]+(?: [a-z]+)?)/g)].map(
    ([, call = '']) => call,
  );
  expect(told.length).toBeGreaterThan(10);
  for (const call of told) {
    expect(names.some((name) => call === name || call.startsWith(`${name} `))).toBe(true);
  }
});

const baseOf = (name: string) => name.replace(/_(bucket|sum|count)$/, '');

function labelsOf(name: string): readonly string[] {
  return Object.entries(METRICS).find(([own]) => own === baseOf(name))?.[1].labels ?? [];
}

function namesOf(text: string): Set<string> {
  const types = [...text.matchAll(/^# TYPE (\w+) (\w+)$/gm)];
  return new Set(
    types.flatMap(([, name = '', type]) =>
      type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
    ),
  );
}
