import type { Figure, Report } from './figures.ts';
import type { Sample } from './sample.ts';
import type { Verdict } from './goals.ts';

/** For a reader at a terminal. */
export function tables({ machine, limits, figures, storm, repeats, seconds }: Report): string {
  const { processor, cores, memoryGb, system, node } = machine;
  const rows = [
    HEAD,
    ...Object.entries(limits).map(([name, one]) => [`limit: ${name}`, '', ...numbers(one), '', '']),
    ...figures.map(row),
  ];
  return [
    `${processor}, ${cores} cores, ${memoryGb} GB, ${system}, Node ${node}; medians of ${repeats} times ${seconds} s`,
    '',
    aligned(rows),
    ...(storm ? ['', stormLine(storm.idle, storm.during)] : []),
  ].join('\n');
}

export function verdictTable(verdicts: readonly Verdict[]): string {
  const rows = verdicts.map(({ promise, seen, least, goal, verdict }) => [
    verdict,
    promise,
    seen.toFixed(2),
    `promised ${least.toFixed(2)}`,
    `goal ${goal.toFixed(2)}`,
  ]);
  return aligned(rows);
}

const HEAD = [
  'path',
  'with',
  'a second',
  'p50 ms',
  'p99 ms',
  'server µs',
  'stores µs',
  'disturbed',
  'PostgreSQL + Redis',
  'ratio',
];

function row(figure: Figure): string[] {
  const { path, clients, accounts, workers, roundTrips, ratio, limit } = figure;
  const circumstances = [
    many(clients, 'client'),
    many(accounts, 'account'),
    many(workers, 'worker'),
  ].join(', ');
  const asked = roundTrips
    ? `${roundTrips.postgres.toFixed(1)} + ${roundTrips.redis.toFixed(1)}`
    : '';
  return [path, circumstances, ...numbers(figure), asked, `${ratio.toFixed(2)} of ${limit}`];
}

const many = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`;

function numbers({ perSecond, p50Ms, p99Ms, serverUs, storesUs, disturbance }: Sample): string[] {
  const times = [p50Ms, p99Ms].map((ms) => ms.toFixed(2));
  const work = [serverUs, storesUs].map((us) => us.toFixed(0));
  return [perSecond.toFixed(0), ...times, ...work, `${(disturbance * 100).toFixed(1)} %`];
}

function stormLine(idle: Sample, during: Sample): string {
  return `client credentials, 50 a second: p99 ${p99(idle)} by itself, ${p99(during)} beside 32 sign-ins`;
}

const p99 = ({ p99Ms }: Sample) => `${p99Ms.toFixed(1)} ms`;

export function aligned(rows: string[][]): string {
  const widths = rows.reduce<number[]>(
    (known, cells) => cells.map((cell, at) => Math.max(known[at] ?? 0, cell.length)),
    [],
  );
  return rows
    .map((cells) =>
      cells
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
