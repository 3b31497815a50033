import cluster, { type Worker } from 'node:cluster';
import type { Logger } from '../logging/logger.ts';
import type { WorkerNews } from './report.ts';

/** How long a worker may take to leave: its own drain, and a little to close its stores. */
const LEAVE_MS = 25_000;
const SHORTEST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 30_000;
/** Whoever lived this long did not die of its start. */
const SOUND_MS = 60_000;

export interface Workers {
  /** Asks all to drain, waits until they are gone. */
  leave(): Promise<void>;
}

/** Keeps `count` workers alive. One that dies is replaced, later and later while they die young. */
export function leadWorkers(options: {
  count: number;
  log: Logger;
  onReady: () => void;
  /** None ever got ready: a replacement would fare no better. */
  onHopeless: (complaint: string, code: number) => void;
}): Workers {
  const ready = new Set<number>();
  let leaving = false;
  let others = false;
  let everReady = false;
  let pause = SHORTEST_PAUSE_MS;

  const fork = () => {
    if (leaving) return;
    const born = performance.now();
    const worker = cluster.fork();
    let reason: Extract<WorkerNews, { failed: string }> | undefined;
    worker.on('message', (news: WorkerNews) => {
      if ('failed' in news) reason = news;
      else if ('ready' in news) becomeReady(worker.id);
    });
    worker.once('exit', (code: number | null, signal: string | null) => {
      ready.delete(worker.id);
      if (leaving) return;
      if (!everReady && reason !== undefined) {
        leaving = true;
        options.onHopeless(reason.failed, reason.code);
        return;
      }
      pause =
        performance.now() - born > SOUND_MS
          ? SHORTEST_PAUSE_MS
          : Math.min(pause * 2, LONGEST_PAUSE_MS);
      options.log.error({ worker: worker.id, code, signal, pauseMs: pause }, 'a worker died');
      setTimeout(fork, pause);
    });
  };

  /** The first tells whoever asks that the house is not open yet; the others come when it is. */
  function becomeReady(id: number): void {
    ready.add(id);
    if (!others) {
      others = true;
      for (let i = 1; i < options.count; i += 1) fork();
    }
    if (everReady || ready.size < options.count) return;
    everReady = true;
    options.onReady();
  }
  fork();

  return {
    async leave() {
      leaving = true;
      await Promise.all(Object.values(cluster.workers ?? {}).map(gone));
    },
  };
}

function gone(worker: Worker | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (!worker || worker.isDead()) return resolve();
    const late = setTimeout(() => worker.process.kill('SIGKILL'), LEAVE_MS);
    worker.once('exit', () => {
      clearTimeout(late);
      resolve();
    });
    // A signal, not a message: a worker that does not listen yet just ends.
    worker.process.kill('SIGTERM');
  });
}
