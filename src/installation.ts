import { existsSync, readFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { constrainedMemory } from 'node:process';
import { judgeDataDirectory } from './doctor/data-directory.ts';
import type { Examined } from './doctor/finding.ts';
import { judgeMemory } from './doctor/memory.ts';
import type { Notices } from './doctor/notices.ts';
import { judgeSecrets } from './doctor/secrets.ts';
import { PARAMETERS, hashesAtOnce } from './passwords/argon2-hasher.ts';
import { isCommon } from './passwords/common.ts';
import { passwordsIn } from './settings/secret-values.ts';
import type { Settings } from './settings/settings.ts';

/** What one server process opens beside its pool: for registrations, a pulse, an ear for changes, the jobs and their ear. */
const CONNECTIONS_BESIDE_POOL = 9;

/** To the database, from all the processes that these settings start here. */
export function connectionsOf({ GATEHOUSE_WORKERS, DATABASE_POOL }: Settings): number {
  return GATEHOUSE_WORKERS * (DATABASE_POOL + CONNECTIONS_BESIDE_POOL);
}

/** GATEHOUSE_SECRET, or the one that development made; none before the first start. */
export function secretsHere({ GATEHOUSE_SECRET, DATA_DIR }: Settings): string[] {
  const made = join(DATA_DIR, 'gatehouse.secret');
  return GATEHOUSE_SECRET ?? (existsSync(made) ? [readFileSync(made, 'utf8').trim()] : []);
}

/** What can be judged without asking anybody: this machine and the settings. The doctor looks at it, and each start. */
export async function examineInstallation(settings: Settings): Promise<Examined[]> {
  const { DATA_DIR, DATABASE_URL } = settings;
  return [
    judgeDataDirectory({
      dataDir: DATA_DIR,
      embedded: !DATABASE_URL,
      secretFiles: [resolve('.env')],
    }),
    await judgeSecrets({
      secrets: secretsHere(settings),
      passwords: passwordsIn(settings),
      isCommon,
    }),
    memoryOf(settings),
  ];
}

function memoryOf(settings: Settings): Examined {
  const limit = constrainedMemory();
  return judgeMemory({
    availableBytes: limit > 0 ? Math.min(limit, totalmem()) : totalmem(),
    processes: settings.GATEHOUSE_WORKERS,
    processMb: settings.GATEHOUSE_MEMORY,
    hashBytes: hashesAtOnce(settings.GATEHOUSE_WORKERS) * PARAMETERS.memoryCost * 1024,
    embedded: !settings.DATABASE_URL,
    connections: connectionsOf(settings),
  });
}

/** At a start: whatever is worse than a note is told once, in the log. */
export async function noticeInstallation(settings: Settings, notices: Notices): Promise<void> {
  // A look that fails keeps no server from starting.
  const examined = await examineInstallation(settings).catch(() => []);
  const findings = examined.flatMap((one) => one.findings);
  notices.tell(...findings.filter(({ severity }) => severity !== 'note'));
}
