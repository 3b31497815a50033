import { openAttentiveLog } from './doctor/notices.ts';
import { noticeInstallation } from './installation.ts';
import { openLookout } from './lookout.ts';
import { logDestination } from './logging/logger.ts';
import { giveBackMemory } from './process/give-back.ts';
import { reportTo } from './process/report.ts';
import { onFaults, onSignals } from './process/signals.ts';
import { begin } from './process/stay.ts';
import type { Settings } from './settings/settings.ts';
import { openWorkshop } from './wiring.ts';

/** A process that does the jobs and nothing else: no port is opened, nobody is answered. */
export async function run(settings: Settings): Promise<void> {
  const to = await logDestination(settings);
  const { log, notices } = openAttentiveLog({ level: settings.LOG_LEVEL, to });
  const report = reportTo({ settings, log });
  const lookout = await openLookout(settings, log).catch((error: unknown) => report.failed(error));
  if (!lookout) return;
  const stay = begin(() => openWorkshop(settings, { log, notices, watch: lookout.watch }), log);
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
    await noticeInstallation(settings, notices);
    lookout.opened(workshop.standing());
    giveBackMemory();
    report.ready();
  } catch (error) {
    if (!stay.isOver()) report.failed(error);
  }
}
