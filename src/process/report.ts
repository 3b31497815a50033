import cluster from 'node:cluster';
import type { Logger } from '../logging/logger.ts';
import type { Settings } from '../settings/settings.ts';
import { sentenceOf } from './cannot-start.ts';
import { atWork, welcome } from './welcome.ts';

/** Tells how the start went: the operator, or the leader of the workers, who speaks for all. */
export interface Report {
  /** Without a port: it answers nobody, and does the jobs alone. */
  ready(port?: number): void;
  /** Ends the process. */
  failed(error: unknown): void;
}

export type WorkerNews = { ready: true } | { failed: string };

export function reportTo({ settings, log }: { settings: Settings; log: Logger }): Report {
  return {
    ready(port) {
      if (cluster.isWorker) tell({ ready: true });
      else announce(settings, log, port);
    },
    failed(error) {
      const sentence = sentenceOf(error);
      log.debug({ err: error }, 'the start failed');
      if (cluster.isWorker) tell({ failed: sentence }, () => process.exit(1));
      else complain(sentence);
    },
  };
}

export function announce(settings: Settings, log: Logger, port?: number): void {
  const ms = Math.round(performance.now());
  if (settings.production) log.info({ issuer: settings.ISSUER, port, ms }, 'ready');
  else process.stdout.write(port === undefined ? atWork(ms) : welcome(settings.ISSUER, ms));
}

export function complain(sentence: string): never {
  process.stderr.write(`Gatehouse cannot start: ${sentence}\n`);
  process.exit(1);
}

function tell(news: WorkerNews, then: () => void = () => {}): void {
  process.send?.(news, undefined, undefined, then);
}
