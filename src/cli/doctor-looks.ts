import { existsSync, readFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { constrainedMemory } from 'node:process';
import { judgeDataDirectory } from '../doctor/data-directory.ts';
import {
  type DatabaseAway,
  type DatabaseFacts,
  clockFaults,
  judgeDatabase,
} from '../doctor/database.ts';
import type { Look } from '../doctor/examine.ts';
import type { Examined } from '../doctor/finding.ts';
import { judgeMemory } from '../doctor/memory.ts';
import { type Reach, reachOf } from '../doctor/network.ts';
import { judgeRedis } from '../doctor/redis.ts';
import { judgeSecrets } from '../doctor/secrets.ts';
import { PARAMETERS, hashesAtOnce } from '../passwords/argon2-hasher.ts';
import { isCommon } from '../passwords/common.ts';
import { passwordsIn } from '../settings/secret-values.ts';
import type { Settings } from '../settings/settings.ts';
import { reachDatabase } from '../stores/database-place.ts';
import { examineDatabase } from '../stores/postgres/examine.ts';

/** What one server process opens beside its pool: an ear for changes, the jobs and their ear. */
const CONNECTIONS_BESIDE_POOL = 6;

/** Everything that the doctor looks at, with the parts that can be looked at from here. */
export function looksAt(settings: Settings): Look[] {
  return [
    { part: 'Database', look: () => atDatabase(settings) },
    { part: 'Redis', look: () => atRedis(settings) },
    { part: 'Data directory', look: () => [atDataDirectory(settings)] },
    { part: 'Secrets', look: async () => [await atSecrets(settings)] },
    { part: 'Memory', look: () => [atMemory(settings)] },
  ];
}

async function atDatabase(settings: Settings): Promise<Examined[]> {
  const facts = await databaseFacts(settings);
  const database = judgeDatabase(facts, {
    embedded: !settings.DATABASE_URL,
    inClear: settings.DATABASE_URL ? databaseInClear(settings.DATABASE_URL) : undefined,
    connections: settings.GATEHOUSE_WORKERS * (settings.DATABASE_POOL + CONNECTIONS_BESIDE_POOL),
    migrateOnStart: settings.GATEHOUSE_MIGRATE === 'on-start',
  });
  if ('away' in facts) return [database];
  const ms = Math.abs(Math.round(facts.aheadMs));
  const told = `within ${ms < 10 ? '10' : ms} ms of the database's`;
  return [database, { part: 'Clock', seen: true, told, findings: clockFaults(facts) }];
}

/** The doctor makes nothing: what the first start would make is not there yet. */
async function databaseFacts(settings: Settings): Promise<DatabaseFacts | DatabaseAway> {
  if (!settings.DATABASE_URL && !existsSync(join(settings.DATA_DIR, 'postgres'))) {
    return { away: 'missing', why: `There is no database in ${settings.DATA_DIR} yet.` };
  }
  const place = await reachDatabase(settings);
  try {
    return await examineDatabase(place);
  } finally {
    await place.stop();
  }
}

function databaseInClear(address: string): Reach | undefined {
  const { hostname, searchParams } = new URL(address);
  const mode = searchParams.get('sslmode');
  const checked = mode
    ? !['disable', 'no-verify'].includes(mode)
    : searchParams.get('ssl') === 'true';
  return checked ? undefined : reachOf(searchParams.get('host') ?? decodeURIComponent(hostname));
}

async function atRedis({ REDIS_URL, production }: Settings): Promise<Examined[]> {
  if (!REDIS_URL) {
    return [{ part: 'Redis', seen: false, told: 'not in use', findings: [] }];
  }
  const { examineRedis } = await import('../stores/redis/examine.ts');
  const first = new URL(REDIS_URL.split(',')[0] ?? '');
  const reach = reachOf(first.hostname);
  return [
    judgeRedis(await examineRedis(REDIS_URL), {
      production,
      inClear: first.protocol === 'rediss:' ? undefined : reach,
      open: reach !== undefined && !first.password,
    }),
  ];
}

function atDataDirectory({ DATA_DIR, DATABASE_URL }: Settings): Examined {
  return judgeDataDirectory({
    dataDir: DATA_DIR,
    embedded: !DATABASE_URL,
    secretFiles: [resolve('.env')],
  });
}

function atSecrets(settings: Settings): Promise<Examined> {
  const made = join(settings.DATA_DIR, 'gatehouse.secret');
  const generated = existsSync(made) ? [readFileSync(made, 'utf8').trim()] : [];
  return judgeSecrets({
    secrets: settings.GATEHOUSE_SECRET ?? generated,
    passwords: passwordsIn(settings),
    isCommon,
  });
}

function atMemory(settings: Settings): Examined {
  const limit = constrainedMemory();
  return judgeMemory({
    availableBytes: limit > 0 ? Math.min(limit, totalmem()) : totalmem(),
    processes: settings.GATEHOUSE_WORKERS,
    hashesAtOnce: hashesAtOnce(settings.GATEHOUSE_WORKERS),
    hashBytes: PARAMETERS.memoryCost * 1024,
    embedded: !settings.DATABASE_URL,
    connections: settings.GATEHOUSE_WORKERS * (settings.DATABASE_POOL + CONNECTIONS_BESIDE_POOL),
  });
}
