/** The tables of metrics and alerts in docs/operating.md. Write them anew: `node test/support/metrics-documents.ts`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { metricRows } from '../../src/metrics/table.ts';

const root = join(import.meta.dirname, '../..');
export const OPERATING = join(root, 'docs/operating.md');
const RULES = join(root, 'deploy/prometheus/gatehouse.rules.yml');

const rules = z.object({
  groups: z.array(
    z.strictObject({
      name: z.string(),
      rules: z.array(
        z.strictObject({
          alert: z.string(),
          expr: z.string(),
          for: z.string().optional(),
          labels: z.strictObject({ severity: z.enum(['critical', 'warning', 'info']) }),
          annotations: z.strictObject({ summary: z.string(), what_to_do: z.string() }),
        }),
      ),
    }),
  ),
});

export function alertRules() {
  const { groups } = rules.parse(parse(readFileSync(RULES, 'utf8')));
  return groups.flatMap((group) => group.rules);
}

export function metricsTable(): string {
  const rows = metricRows.map(
    ({ name, type, labels, help }) =>
      `| \`${name}\` | ${type} | ${labels.map((label) => `\`${label}\``).join(', ')} | ${help} |`,
  );
  return ['| metric | type | labels | what it is |', '| --- | --- | --- | --- |', ...rows].join(
    '\n',
  );
}

export function alertsTable(): string {
  const rows = alertRules().map(({ alert, for: after = 'at once', labels, annotations }) => {
    const summary = annotations.summary.replaceAll(/\{\{ \$labels\.(\w+) \}\}/g, '<$1>');
    const plain = summary.replaceAll(/\{\{[^}]*\}\}/g, '…').replaceAll('<', '\\<');
    return `| \`${alert}\` | ${labels.severity} | ${after} | ${plain} | ${annotations.what_to_do} |`;
  });
  return [
    '| alert | severity | after | when | what to do |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}

if (process.argv[1] === import.meta.filename) {
  let text = readFileSync(OPERATING, 'utf8');
  for (const [mark, table] of [
    ['metrics', metricsTable()],
    ['alerts', alertsTable()],
  ] as const) {
    const place = new RegExp(`(<!-- ${mark} -->\\n.*\\n\\n)[^]*?(\\n\\n.*\\n<!-- /${mark} -->)`);
    text = text.replace(place, (_, before: string, after: string) => `${before}${table}${after}`);
  }
  writeFileSync(OPERATING, text);
}
