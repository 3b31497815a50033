import { logDestination, openLogger } from './logging/logger.ts';
import { giveBackMemory } from './process/give-back.ts';
import { reportTo } from './process/report.ts';
import { onFaults, onSignals } from './process/signals.ts';
import { begin } from './process/stay.ts';
import type { Settings } from './settings/settings.ts';
import { openWorkshop } from './wiring.ts';

/** A process that does the jobs and nothing else: no port is opened, nobody is answered. */
export async function run(settings: Settings): Promise<void> {
  const log = openLogger({ level: settings.LOG_LEVEL, to: await logDestination(settings) });
  const report = reportTo({ settings, log });
  const stay = begin(() => openWorkshop(settings, { log }), log);
  const leave = async (code: number) => {
    stay.end();
    await stay.close();
    process.exit(code);
  };
  onSignals(() => leave(0));
  onFaults(log, () => leave(1));
  try {
    await stay.opening;
    giveBackMemory();
    report.ready();
  } catch (error) {
    if (!stay.isOver()) report.failed(error);
  }
}
