import cluster from 'node:cluster';
import { readFileSync } from 'node:fs';
import type { Logger } from './logging/logger.ts';
import type { Standing } from './metrics/standing.ts';
import type { Settings } from './settings/settings.ts';
import { tracesGoTo } from './tracing/wanted.ts';
import { type Watch, together } from './watching/watch.ts';

/** Who looks on in this process. Where the settings ask for nobody, nothing is loaded and nothing is watched. */
export interface Lookout {
  watch: Watch | undefined;
  /** The house is open. */
  opened(standing: Standing): void;
  leaving(): void;
  close(): Promise<void>;
}

export async function openLookout(settings: Settings, log: Logger): Promise<Lookout> {
  const metrics = await metricsFor(settings);
  const tracing = await tracingFor(settings, log);
  const watches = [metrics?.watch, tracing?.watch].filter((watch) => watch !== undefined);
  const [first, second] = watches;
  return {
    watch: first && second ? together(first, second) : first,
    opened: (standing) => metrics?.opened(standing),
    leaving: () => metrics?.leaving(),
    async close() {
      metrics?.close();
      await tracing?.close();
    },
  };
}

/** The leader's: it does no work of its own, and tells what the others do. */
export async function openLeadersLookout(settings: Settings): Promise<void> {
  const address = addressIn(settings);
  if (!address) return;
  const { listenForMetrics } = await import('./metrics/listener.ts');
  const { toldByWorkers } = await import('./metrics/workers.ts');
  await listenForMetrics(address, toldByWorkers());
}

/** Of several processes the leader alone has the port; the others answer it. */
async function metricsFor(settings: Settings) {
  const address = addressIn(settings);
  if (!address) return undefined;
  const { openMetrics } = await import('./metrics/metrics.ts');
  const metrics = openMetrics({ version: version() });
  if (cluster.isWorker) {
    const { answerLeader } = await import('./metrics/workers.ts');
    answerLeader(metrics);
    return { ...metrics, close: () => {} };
  }
  const { listenForMetrics } = await import('./metrics/listener.ts');
  const listener = await listenForMetrics(address, metrics);
  return { ...metrics, close: () => listener.close() };
}

async function tracingFor(settings: Settings, log: Logger) {
  const to = tracesGoTo(settings);
  if (!to) return undefined;
  const { openTracing } = await import('./tracing/tracing.ts');
  return openTracing(settings, { to, version: version(), log });
}

function addressIn({ METRICS_PORT: port, METRICS_HOST: host }: Settings) {
  return port === undefined ? undefined : { port, host };
}

function version(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return String(Object(JSON.parse(text)).version);
}
