import { tryAddress } from './process/doors.ts';
import { openLeadersLookout } from './lookout.ts';
import { logDestination, openLogger } from './logging/logger.ts';
import { announce, complain, complainOf } from './process/report.ts';
import { onFaults, onSignals } from './process/signals.ts';
import { leadWorkers } from './process/workers.ts';
import { databaseFor } from './stores/database-place.ts';
import type { Beginning } from './vault/beginning.ts';

/**
 * The leader of several server processes: it owns the embedded database, which lives as long as the thread that
 * started it, and replaces workers that die. It answers no request itself, and leaves it to them to wait for Vault.
 */
export async function run({ before: settings, awaits, tell }: Beginning): Promise<void> {
  const log = openLogger({ level: settings.LOG_LEVEL, to: await logDestination(settings) });
  try {
    tell(log);
    await tryAddress({ port: settings.PORT, host: settings.HOST });
    await openLeadersLookout(settings);
    const database = awaits('DATABASE_URL')
      ? undefined
      : await databaseFor(settings, { embedded: 'own', log });
    const workers = leadWorkers({
      count: settings.GATEHOUSE_WORKERS,
      log,
      onReady: () => announce(settings, log, settings.PORT),
      onHopeless: (complaint, code) => void end(() => complain(complaint, code)),
    });
    const end = async (then: () => void) => {
      await workers.leave();
      await database?.stop();
      then();
    };
    onSignals(() => end(() => process.exit(0)));
    onFaults(log, () => end(() => process.exit(1)));
  } catch (error) {
    complainOf(error);
  }
}
