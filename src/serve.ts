import cluster from 'node:cluster';
import { openApp } from './app.ts';
import { openAttentiveLog } from './doctor/notices.ts';
import { mostConnections } from './http/limits.ts';
import { plainErrorPage } from './http/plain-error-page.ts';
import { noticeInstallation } from './installation.ts';
import { openLookout } from './lookout.ts';
import { logDestination } from './logging/logger.ts';
import { listen } from './process/doors.ts';
import { mostOpenFiles } from './process/open-files.ts';
import { giveBackMemory } from './process/give-back.ts';
import type { Part } from './process/part.ts';
import { reportTo } from './process/report.ts';
import { onFaults, onSignals } from './process/signals.ts';
import { begin } from './process/stay.ts';
import type { Settings } from './settings/settings.ts';
import { type OpenHouse, openHouse } from './wiring.ts';

const now = () => new Date();

/**
 * One server process, from its first breath to its last: it listens first, opens the house, and drains when told to leave.
 * Beside others that are open already it opens first: nobody shall meet the one closed door among open ones.
 */
export async function run(settings: Settings, part?: Part): Promise<void> {
  const to = await logDestination(settings);
  const { log, notices } = openAttentiveLog({ level: settings.LOG_LEVEL, to });
  const report = reportTo({ settings, log });
  const embedded = cluster.isWorker ? 'shared' : 'own';
  let house: OpenHouse | undefined;
  let leaving = false;
  const isReady = async () => !leaving && (await house?.isReady()) === true;
  const health = { isReady };
  const address = { port: settings.PORT, host: settings.HOST };
  const most = mostConnections({ memoryMb: settings.GATEHOUSE_MEMORY });
  const limits = { connections: Math.min(most, Math.floor(0.8 * mostOpenFiles())) };
  try {
    const lookout = await openLookout(settings, log);
    const { watch } = lookout;
    const entrance = { settings, log, notices, health, errorPage: plainErrorPage, now, watch };
    const listensFirst = (cluster.worker?.id ?? 1) === 1;
    let doors = listensFirst
      ? await listen(address, limits, openApp(entrance).callback())
      : undefined;
    const options = { log, notices, embedded, jobs: part !== 'web', watch } as const;
    const stay = begin(() => openHouse(settings, options), log);
    const leave = async (code: number) => {
      leaving = true;
      lookout.leaving();
      stay.end();
      await doors?.drain();
      await stay.close();
      await lookout.close();
      process.exit(code);
    };
    onSignals(() => leave(0));
    onFaults(log, () => leave(1));
    house = await stay.opening;
    const app = openApp({ ...entrance, errorPage: house.errorPage }, house.rooms).callback();
    doors ??= await listen(address, limits, app);
    doors.admit(app);
    if (listensFirst) await noticeInstallation(settings, notices);
    lookout.opened(house.standing());
    giveBackMemory();
    report.ready(doors.port);
  } catch (error) {
    if (!leaving) report.failed(error);
  }
}
