import type { MetricObjectWithValues, MetricValue } from 'prom-client';
import type { PartHealth } from './read-standing.ts';

/** What the metrics' listener answers with: for one process, or for all that a leader has. */
export interface ToldOutside {
  /** In Prometheus' text format. */
  text(): Promise<string>;
  health(): Promise<ProcessHealth[]>;
}

/** How one process fares. No address, no setting: who reads it need not be trusted with those. */
export interface ProcessHealth {
  status: 'starting' | 'open' | 'failing' | 'leaving' | 'silent';
  pid: number;
  version?: string;
  uptimeS?: number;
  memoryMb?: number;
  /** Whether it hears of changes as they are made; else its caches ask the database. */
  changesHeard?: boolean;
  parts?: PartHealth[];
}

export interface ProcessReport {
  figures: MetricObjectWithValues<MetricValue<string>>[];
  health: ProcessHealth;
}
