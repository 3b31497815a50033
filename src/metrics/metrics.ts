/**
 * What this process tells about itself in figures. Owns which there are (table.ts) and how they are told; refuses to know
 * how anything that it counts is done. Nothing of it is loaded where METRICS_PORT is not set.
 */
import { Registry, collectDefaultMetrics } from 'prom-client';
import type { Watch } from '../watching/watch.ts';
import { instrumentsIn } from './instruments.ts';
import { metricsWatch } from './metrics-watch.ts';
import { partsOf, standingReader } from './read-standing.ts';
import type { ProcessHealth, ProcessReport, ToldOutside } from './report.ts';
import type { Standing } from './standing.ts';

export interface Metrics extends ToldOutside {
  watch: Watch;
  /** The house is open, and this is how it stands from now on. */
  opened(standing: Standing): void;
  leaving(): void;
  /** All of it, for the leader of several processes. */
  report(): Promise<ProcessReport>;
}

export function openMetrics({ version }: { version: string }): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const instruments = instrumentsIn(registry);
  instruments.set('gatehouse_info', 1, { version });
  let house: { standing: Standing; read: () => Promise<void> } | undefined;
  let status: 'starting' | 'open' | 'leaving' = 'starting';

  const look = async () => {
    instruments.set('gatehouse_open', status === 'open' ? 1 : 0);
    await house?.read();
  };
  const ownHealth = async (): Promise<ProcessHealth> => {
    const parts = house ? await partsOf(house.standing) : [];
    const changesHeard = house?.standing.hearsChanges() ?? false;
    const failing = status === 'open' && parts.some(({ ok }) => !ok);
    return {
      status: failing ? 'failing' : status,
      pid: process.pid,
      version,
      uptimeS: Math.round(process.uptime()),
      memoryMb: Math.round(process.memoryUsage.rss() / 1e6),
      changesHeard,
      parts,
    };
  };
  return {
    watch: metricsWatch(instruments),
    opened(standing) {
      house = { standing, read: standingReader(standing, instruments) };
      status = 'open';
    },
    leaving: () => (status = 'leaving'),
    async text() {
      await look();
      return registry.metrics();
    },
    health: async () => [await ownHealth()],
    async report() {
      await look();
      return { figures: await registry.getMetricsAsJSON(), health: await ownHealth() };
    },
  };
}
