import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { METRICS, type MetricName, metricRows } from './table.ts';

type Labels = Record<string, string>;

/** The figures of table.ts, ready to be moved. A label that was never heard of is a bug, and tells so. */
export interface Instruments {
  count(name: MetricName, labels?: Labels, by?: number): void;
  set(name: MetricName, value: number, labels?: Labels): void;
  add(name: MetricName, change: number): void;
  observe(name: MetricName, seconds: number, labels?: Labels): void;
  /** Forgets all values of a figure that is told anew. */
  clear(name: MetricName): void;
}

/** No label takes more different values than this: whatever comes after them is told as `other`. */
const MOST_VALUES = 200;

export function instrumentsIn(registry: Registry): Instruments {
  const counters = new Map<string, Counter>();
  const gauges = new Map<string, Gauge>();
  const histograms = new Map<string, Histogram>();
  for (const { name, type, help, labels: labelNames, buckets, together, from0 } of metricRows) {
    const what = { name, help, labelNames, registers: [registry] };
    if (type === 'counter') counters.set(name, fromZero(new Counter(what), labelNames, from0));
    if (type === 'gauge') gauges.set(name, new Gauge({ ...what, aggregator: together ?? 'sum' }));
    if (type === 'histogram') {
      histograms.set(name, new Histogram({ ...what, buckets: [...(buckets ?? [])] }));
    }
  }
  const bounded = boundedLabels();
  return {
    count: (name, labels = {}, by = 1) => counters.get(name)?.inc(bounded(name, labels), by),
    set: (name, value, labels = {}) => gauges.get(name)?.set(bounded(name, labels), value),
    add: (name, change) => gauges.get(name)?.inc(change),
    observe: (name, seconds, labels = {}) =>
      histograms.get(name)?.observe(bounded(name, labels), seconds),
    clear(name) {
      // A figure without labels would be told as 0.
      if (METRICS[name].labels.length > 0) gauges.get(name)?.reset();
      else gauges.get(name)?.remove();
    },
  };
}

function fromZero(
  counter: Counter,
  [label = '']: readonly string[],
  values: readonly string[] = [],
) {
  for (const value of values) counter.inc({ [label]: value }, 0);
  return counter;
}

function boundedLabels() {
  const known = new Map<string, Set<string>>();
  const bound = (of: string, value: string): string => {
    const values = known.get(of) ?? new Set();
    known.set(of, values);
    if (values.has(value)) return value;
    if (values.size >= MOST_VALUES) return 'other';
    values.add(value);
    return value;
  };
  return (name: MetricName, labels: Labels): Labels => {
    const own: readonly string[] = METRICS[name].labels;
    for (const label of own) labels[label] = bound(`${name} ${label}`, labels[label] ?? '');
    return labels;
  };
}
