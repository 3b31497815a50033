import cluster from 'node:cluster';
import { setTimeout as wait } from 'node:timers/promises';
import { openApp } from './app.ts';
import { plainErrorPage } from './http/plain-error-page.ts';
import { type Logger, logDestination, openLogger } from './logging/logger.ts';
import { listen } from './process/doors.ts';
import { giveBackMemory } from './process/give-back.ts';
import { patiently } from './process/patience.ts';
import { reportTo } from './process/report.ts';
import { onFaults, onSignals } from './process/signals.ts';
import type { Settings } from './settings/settings.ts';
import { isStoreAway } from './transactions/store-away.ts';
import { type OpenHouse, openHouse } from './wiring.ts';

/**
 * One server process, from its first breath to its last: it listens first, opens the house, and drains when told to leave.
 * Beside others that are open already it opens first: nobody shall meet the one closed door among open ones.
 */
export async function run(settings: Settings): Promise<void> {
  const log = openLogger({ level: settings.LOG_LEVEL, to: await logDestination(settings) });
  const report = reportTo({ settings, log });
  const leaving = new AbortController();
  const embedded = cluster.isWorker ? 'shared' : 'own';
  let house: OpenHouse | undefined;
  const isReady = async () => !leaving.signal.aborted && (await house?.isReady()) === true;
  const health = { isReady };
  const entrance = { settings, log, health, errorPage: plainErrorPage, now: () => new Date() };
  const address = { port: settings.PORT, host: settings.HOST };
  try {
    const listensFirst = (cluster.worker?.id ?? 1) === 1;
    let doors = listensFirst ? await listen(address, openApp(entrance).callback()) : undefined;
    const opening = patiently(() => openHouse(settings, { log, embedded }), {
      isAbsent: isStoreAway,
      waiting: (error) => log.warn({ err: error }, 'waiting for a store'),
      abandoned: leaving.signal,
    });
    const leave = async (code: number) => {
      leaving.abort();
      await doors?.drain();
      await within(CLOSE_MS, closed(opening, log));
      process.exit(code);
    };
    onSignals(() => leave(0));
    onFaults(log, () => leave(1));
    house = await opening;
    const app = openApp({ ...entrance, errorPage: house.errorPage }, house.rooms).callback();
    doors ??= await listen(address, app);
    doors.admit(app);
    giveBackMemory();
    report.ready(doors.port);
  } catch (error) {
    if (!leaving.signal.aborted) report.failed(error);
  }
}

/** Jobs in hand may take this long to end; they are done again if they do not. */
const CLOSE_MS = 12_000;

async function closed(opening: Promise<OpenHouse>, log: Logger): Promise<void> {
  const house = await opening.catch(() => undefined);
  await house?.close().catch((error: unknown) => log.error({ err: error }, 'closing failed'));
}

function within(ms: number, work: Promise<void>): Promise<void> {
  return Promise.race([work, wait(ms)]);
}
