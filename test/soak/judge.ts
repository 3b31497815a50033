import { median, slopeOf } from '../prove/statistics.ts';
import type { Row } from '../prove/table.ts';
import { aligned } from '../bench/tables.ts';
import type { SoakOptions } from './main.ts';
import type { Held } from './sample.ts';

export interface Point extends Held {
  /** Since the look before. */
  requests: number;
  visits: number;
  /** Of these people: the machine had too much to do. They came again. */
  turnedAway: number;
  p99Ms: number;
  /** Processors that were busy with it: the server, and all that the proof has started. */
  serverCores: number;
  allCores: number;
}

export interface Series {
  options: SoakOptions;
  /** Requests a second. */
  perS: number;
  points: Point[];
  troubles: string[];
}

/** Caches fill, code is compiled, and the first records reach the end of their lives. */
export const WARM_UP = 0.25;
/** In less time a line through such figures says nothing. */
const LEAST_MINUTES = 20;
const MOST_LINES = 13;

interface Kept {
  name: string;
  of: (point: Point) => number | undefined;
  /** More than that in ten minutes is growth. */
  bar: number;
}

const KEPT: Kept[] = [
  { name: 'resident memory, MiB', of: (point) => point.residentMb, bar: 1 },
  { name: 'heap once collected, MiB', of: (point) => point.heapMb, bar: 1 },
  { name: 'buffers outside of the heap, MiB', of: (point) => point.outsideHeapMb, bar: 1 },
  { name: 'handles', of: (point) => point.handles, bar: 1 },
  { name: 'timers', of: (point) => point.timers, bar: 1 },
  { name: 'listeners', of: (point) => point.listeners, bar: 10 },
  { name: 'connections of the database', of: (point) => point.databaseConnections, bar: 1 },
];

export function judge(series: Series): Row[] {
  const { options, points, troubles } = series;
  const warm = points.filter(({ minute }) => minute > options.minutes * WARM_UP);
  const overdue = warm.flatMap((point) => Object.keys(point.overdue));
  return [
    ...KEPT.map((kept) => grown(kept, warm, options)),
    {
      proof: 'F-40 rows past the end of their life',
      expected: 'cleaned up within two rounds',
      seen: overdue.length === 0 ? 'none left' : [...new Set(overdue)].join(', '),
      holds: overdue.length === 0,
    },
    {
      proof: 'F-40 answers',
      expected: 'as they should be, or to come again',
      seen: `${sum(points, 'requests')} requests and ${sum(points, 'visits')} visits; ${sum(points, 'turnedAway')} turned away, ${troubles.length} went wrong${troubles.length > 0 ? `: ${troubles.slice(0, 3).join('; ')}` : ''}`,
      holds: troubles.length === 0,
    },
  ];
}

function grown({ name, of, bar }: Kept, points: Point[], { minutes }: SoakOptions): Row {
  const seen = points.flatMap((point) => {
    const y = of(point);
    return y === undefined ? [] : [{ x: point.minute / 10, y }];
  });
  const values = seen.map(({ y }) => y);
  const { slope, error } = slopeOf(seen);
  const tooShort = minutes < LEAST_MINUTES;
  const line = `${slope.toFixed(2)} ± ${error.toFixed(2)} in ten minutes (from ${Math.min(...values).toFixed(0)} to ${Math.max(...values).toFixed(0)}, median ${median(values).toFixed(0)})`;
  return {
    proof: `F-40 ${name}`,
    expected: `less than ${bar} more in ten minutes, once warm`,
    seen: tooShort ? 'not judged in so short a time' : line,
    holds: tooShort || slope < bar,
  };
}

const sum = (points: Point[], what: 'requests' | 'visits' | 'turnedAway') =>
  points.reduce((all, point) => all + point[what], 0);

/** Not every look: so many lines as a reader can take in. */
export function tableOfSeries({ points, perS, options }: Series): string {
  const collected = points.filter(({ heapMb }) => heapMb !== undefined);
  const step = Math.ceil(collected.length / MOST_LINES);
  const shown = collected.filter((_, at) => at % step === 0 || at === collected.length - 1);
  return [
    `${perS.toFixed(1)} requests a second, --max-old-space-size=${options.heapMb}`,
    '',
    aligned([HEAD, ...shown.map(cells)]),
    '',
    `rows at the end: ${listed(points.at(-1)?.rows ?? {})}`,
  ].join('\n');
}

const HEAD = [
  'minute',
  'RSS MiB',
  'heap MiB',
  'outside MiB',
  'handles',
  'timers',
  'listeners',
  'PostgreSQL',
  'rows',
  'overdue',
  'Redis keys',
  'Redis MiB',
  'p99 ms',
  'server, cores',
  'all, cores',
];

const cells = (point: Point): string[] => [
  point.minute.toFixed(1),
  point.residentMb.toFixed(1),
  point.heapMb?.toFixed(1) ?? '',
  point.outsideHeapMb.toFixed(1),
  String(point.handles),
  String(point.timers),
  String(point.listeners),
  String(point.databaseConnections),
  String(total(point.rows)),
  String(total(point.overdue)),
  String(point.redisKeys),
  point.redisMb.toFixed(1),
  point.p99Ms.toFixed(0),
  point.serverCores.toFixed(2),
  point.allCores.toFixed(2),
];

const total = (rows: Record<string, number>) =>
  Object.values(rows).reduce((all, one) => all + one, 0);

const listed = (rows: Record<string, number>) =>
  Object.entries(rows)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');
