import cluster from 'node:cluster';
import type { Logger } from '../logging/logger.ts';

/**
 * The first SIGTERM or SIGINT asks to leave, the second to go at once. A worker hears from its leader, and from the
 * terminal or supervisor that signals the whole group: there only the leader decides what is a second time.
 */
export function onSignals(leave: () => Promise<void>): void {
  let asked = false;
  const ask = () => {
    if (asked) {
      if (!cluster.isWorker) process.exit(1);
      return;
    }
    asked = true;
    void leave();
  };
  process.on('SIGTERM', ask);
  process.on('SIGINT', ask);
  // The leader is gone, and with it the port.
  if (cluster.isWorker) process.on('disconnect', ask);
}

/** A promise nobody waited for harms no other request; an exception out of nowhere leaves the process in doubt. */
export function onFaults(log: Logger, leave: () => Promise<void>): void {
  process.on('unhandledRejection', (error) => log.error({ err: error }, 'unhandled rejection'));
  process.on('uncaughtException', (error) => {
    log.fatal({ err: error }, 'uncaught exception');
    void leave();
  });
}
