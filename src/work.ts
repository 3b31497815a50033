import { openAttentiveLog } from './doctor/notices.ts';
import { noticeInstallation } from './installation.ts';
import { openLookout } from './lookout.ts';
import { logDestination } from './logging/logger.ts';
import { giveBackMemory } from './process/give-back.ts';
import { reportTo } from './process/report.ts';
import { onFaults, onSignals } from './process/signals.ts';
import { begin } from './process/stay.ts';
import { freshSettings } from './settings/fresh.ts';
import type { Beginning } from './vault/beginning.ts';
import { openWorkshop } from './wiring.ts';

/** A process that does the jobs and nothing else: no port is opened, nobody is answered. */
export async function run(beginning: Beginning): Promise<void> {
  const { before } = beginning;
  const to = await logDestination(before);
  const { log, notices } = openAttentiveLog({ level: before.LOG_LEVEL, to });
  beginning.tell(log);
  const report = reportTo({ settings: before, log });
  const lookout = await openLookout(before, log).catch((error: unknown) => report.failed(error));
  if (!lookout) return;
  const { watch } = lookout;
  const stay = begin(async () => {
    const { settings, vault, again } = await beginning.settled();
    const fresh = freshSettings(settings, { again, log });
    return openWorkshop(settings, { log, notices, watch, vault, fresh });
  }, log);
  const leave = async (code: number) => {
    lookout.leaving();
    stay.end();
    await stay.close();
    await lookout.close();
    process.exit(code);
  };
  onSignals(() => leave(0));
  onFaults(log, () => leave(1));
  try {
    const workshop = await stay.opening;
    await noticeInstallation(workshop.settings, notices);
    lookout.opened(workshop.standing());
    giveBackMemory();
    report.ready();
  } catch (error) {
    if (!stay.isOver()) report.failed(error);
  }
}
