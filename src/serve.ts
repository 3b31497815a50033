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
import { freshSettings } from './settings/fresh.ts';
import type { Settings } from './settings/settings.ts';
import type { Beginning } from './vault/beginning.ts';
import { type OpenHouse, openHouse } from './wiring.ts';

const now = () => new Date();

/**
 * One server process, from its first breath to its last: it listens first, opens the house, and drains when told to leave.
 * Beside others that are open already it opens first: nobody shall meet the one closed door among open ones.
 */
export async function run(beginning: Beginning, part?: Part): Promise<void> {
  const { before } = beginning;
  const to = await logDestination(before);
  const { log, notices } = openAttentiveLog({ level: before.LOG_LEVEL, to });
  beginning.tell(log);
  const embedded = cluster.isWorker ? 'shared' : 'own';
  let house: OpenHouse | undefined;
  let leaving = false;
  const isReady = async () => !leaving && (await house?.isReady()) === true;
  const health = { isReady };
  const most = mostConnections({ memoryMb: before.GATEHOUSE_MEMORY });
  const limits = { connections: Math.min(most, Math.floor(0.8 * mostOpenFiles())) };
  try {
    const lookout = await openLookout(before, log);
    const { watch } = lookout;
    const entrance = { log, notices, health, errorPage: plainErrorPage, now, watch };
    const shut = openApp({ ...entrance, settings: before }).callback();
    const listensFirst = knowsWhere(beginning) && (cluster.worker?.id ?? 1) === 1;
    let doors = listensFirst ? await listen(placeOf(before), limits, shut) : undefined;
    const options = { log, notices, embedded, jobs: part !== 'web', watch } as const;
    const stay = begin(async () => {
      const { settings, vault, again } = await beginning.settled();
      const fresh = freshSettings(settings, { again, log });
      return openHouse(settings, { ...options, vault, fresh });
    }, log);
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
    const { settings, errorPage, rooms } = house;
    const app = openApp({ ...entrance, settings, errorPage }, rooms).callback();
    doors ??= await listen(placeOf(settings), limits, app);
    doors.admit(app);
    if (listensFirst) await noticeInstallation(settings, notices);
    lookout.opened(house.standing());
    giveBackMemory();
    reportTo({ settings, log }).ready(doors.port);
  } catch (error) {
    if (!leaving) reportTo({ settings: before, log }).failed(error);
  }
}

const knowsWhere = ({ awaits }: Beginning) => !awaits('PORT') && !awaits('HOST');

const placeOf = ({ PORT: port, HOST: host }: Settings) => ({ port, host });
