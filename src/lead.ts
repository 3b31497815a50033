import { sentenceOf } from './process/cannot-start.ts';
import { tryAddress } from './process/doors.ts';
import { openLeadersLookout } from './lookout.ts';
import { logDestination, openLogger } from './logging/logger.ts';
import { announce, complain } from './process/report.ts';
import { onFaults, onSignals } from './process/signals.ts';
import { leadWorkers } from './process/workers.ts';
import type { Settings } from './settings/settings.ts';
import { databaseFor } from './stores/database-place.ts';

/**
 * The leader of several server processes: it owns the embedded database, which lives as long as the thread that
 * started it, and replaces workers that die. It answers no request itself.
 */
export async function run(settings: Settings): Promise<void> {
  const log = openLogger({ level: settings.LOG_LEVEL, to: await logDestination(settings) });
  try {
    await tryAddress({ port: settings.PORT, host: settings.HOST });
    await openLeadersLookout(settings);
    const database = await databaseFor(settings, { embedded: 'own', log });
    const workers = leadWorkers({
      count: settings.GATEHOUSE_WORKERS,
      log,
      onReady: () => announce(settings, log, settings.PORT),
      onHopeless: (sentence) => void end(() => complain(sentence)),
    });
    const end = async (then: () => void) => {
      await workers.leave();
      await database.stop();
      then();
    };
    onSignals(() => end(() => process.exit(0)));
    onFaults(log, () => end(() => process.exit(1)));
  } catch (error) {
    complain(sentenceOf(error));
  }
}
