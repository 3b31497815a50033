import cluster from 'node:cluster';
import type { Logger } from '../logging/logger.ts';
import { type Settings, SettingsError } from '../settings/settings.ts';
import { sentenceOf } from './cannot-start.ts';
import { atWork, welcome } from './welcome.ts';

/** Tells how the start went: the operator, or the leader of the workers, who speaks for all. */
export interface Report {
  /** Without a port: it answers nobody, and does the jobs alone. */
  ready(port?: number): void;
  /** Ends the process. */
  failed(error: unknown): void;
}

export type WorkerNews = { ready: true } | { failed: string; code: number };

export function reportTo({ settings, log }: { settings: Settings; log: Logger }): Report {
  return {
    ready(port) {
      if (cluster.isWorker) tell({ ready: true });
      else announce(settings, log, port);
    },
    failed(error) {
      log.debug({ err: error }, 'the start failed');
      if (!cluster.isWorker) complainOf(error);
      const code = codeOf(error);
      tell({ failed: complaintOf(error), code }, () => process.exit(code));
    },
  };
}

export function announce(settings: Settings, log: Logger, port?: number): void {
  const ms = Math.round(performance.now());
  if (settings.production) log.info({ issuer: settings.ISSUER, port, ms }, 'ready');
  else greet(port === undefined ? atWork(ms) : welcome(settings.ISSUER, ms));
}

/** Whoever started it may have stopped reading. */
function greet(text: string): void {
  process.stdout.on('error', () => {}).write(text);
}

export function complainOf(error: unknown): never {
  return complain(complaintOf(error), codeOf(error));
}

export function complain(complaint: string, code: number): never {
  process.stderr.write(complaint);
  process.exit(code);
}

const codeOf = (error: unknown) => (error instanceof SettingsError ? 2 : 1);

/** Of settings every fault, a line each. */
function complaintOf(error: unknown): string {
  if (!(error instanceof SettingsError)) return `Gatehouse cannot start: ${sentenceOf(error)}\n`;
  const faults = error.faults.map(({ variable, fault }) => `  ${variable}  ${fault}\n`);
  return `Gatehouse cannot start with these settings:\n\n${faults.join('')}`;
}

function tell(news: WorkerNews, then: () => void = () => {}): void {
  process.send?.(news, undefined, undefined, then);
}
