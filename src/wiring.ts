import type { Rooms } from './app.ts';
import { type Keys, deriveKeys } from './crypto/derived-keys.ts';
import { settleDemoClients } from './development/demo-clients.ts';
import { allAnswer } from './health/health.ts';
import type { ErrorPage } from './http/error-pages.ts';
import { keyLifetimes } from './keys/key-lifetimes.ts';
import { openLocalKeyRing } from './keys/local-key-ring.ts';
import { ensureKeys } from './keys/make-keys.ts';
import { rotateIfDue } from './keys/rotate.ts';
import type { JobOverview, JobQueue, JobWork } from './jobs/queue.ts';
import type { Logger } from './logging/logger.ts';
import { argon2Hasher, hashesAtOnce } from './passwords/argon2-hasher.ts';
import type { PasswordHasher } from './passwords/hasher.ts';
import { type Closing, closedInReverse } from './process/closing.ts';
import { furnishRooms } from './rooms.ts';
import { generatedSecret } from './settings/generated-secret.ts';
import type { Settings } from './settings/settings.ts';
import { bringUpToDate, databaseFor, reachDatabase } from './stores/database-place.ts';
import { postgresChangeFeed } from './stores/postgres/change-feed.ts';
import { cleanUp } from './stores/postgres/clean-up.ts';
import { type Database, type Db, openDatabase } from './stores/postgres/database.ts';
import { type Durable, durablePorts } from './stores/postgres/durable.ts';
import { type PostgresJobs, postgresJobs } from './stores/postgres/jobs.ts';
import { protocolPorts } from './stores/postgres/protocol.ts';
import { redisArtifacts } from './stores/redis/artifacts.ts';
import { type RedisClient, assertNoEviction, openRedis } from './stores/redis/connection.ts';
import type { Atomically } from './transactions/atomically.ts';

/** What a change may write, in one transaction. */
export interface Ports extends Durable {
  jobs: JobQueue;
}

/** Every part, opened and put together. The one file that knows them all. */
export interface House extends Ports {
  settings: Settings;
  atomically: Atomically<Ports>;
  /** What each job does. */
  chores: JobWork;
  jobOverview(): Promise<JobOverview[]>;
  hasher: PasswordHasher;
  /** All that follows from GATEHOUSE_SECRET. */
  keys: Keys;
  now: () => Date;
  close(): Promise<void>;
}

/** The house with its doors open: what the server answers with. */
export interface OpenHouse extends House {
  rooms: Rooms;
  errorPage: ErrorPage;
  /** Whether the stores answer, within a second. */
  isReady(): Promise<boolean>;
}

export interface OpenHouseOptions {
  log: Logger;
  now?: () => Date;
  /** Whether this process owns the embedded database, or another of the same server does. */
  embedded?: 'own' | 'shared';
}

/** The ports on an open database: light enough for a command. */
export function furnish(
  settings: Settings,
  { database, jobs, now = () => new Date() }: Furniture,
): House {
  const ports = (db: Db): Ports => ({ ...durablePorts(db), jobs: jobs.queue(db) });
  const house = {
    settings,
    ...ports(database.prisma),
    atomically: <T>(work: (ports: Ports) => Promise<T>) =>
      database.prisma.$transaction((tx) => work(ports(tx))),
    hasher: argon2Hasher({ atOnce: hashesAtOnce(settings.GATEHOUSE_WORKERS) }),
    keys: deriveKeys(settings.GATEHOUSE_SECRET ?? [generatedSecret(settings.DATA_DIR)]),
    now,
  };
  return {
    ...house,
    chores: {
      'clean-up': async () => void (await cleanUp(database.pool)),
      'rotate-keys': async () => void (await rotateIfDue(keyCare(house))),
    },
    jobOverview: () => jobs.overview(),
    close: () => database.close(),
  };
}

interface Furniture {
  database: Database;
  jobs: PostgresJobs;
  now?: (() => Date) | undefined;
}

/** What every use case of keys/ needs; by itself the server is the one who does it. */
const keyCare = (house: Omit<House, 'chores' | 'jobOverview' | 'close'>) => ({
  ...house,
  encryption: house.keys.encryption,
  lifetimes: keyLifetimes(house.settings),
  by: { actor: 'system' as const },
});

/** For a command: beside a running server (its embedded database too), or without one. It may be the first to come. */
export async function enterHouse(settings: Settings): Promise<House> {
  const closing = closedInReverse();
  try {
    const place = await reachDatabase(settings);
    closing.add(() => place.stop());
    await bringUpToDate(place.direct, settings.GATEHOUSE_MIGRATE);
    const database = openDatabase(place.config, { max: 2, statementMs: 30_000 });
    closing.add(() => database.close());
    const jobs = postgresJobs({ config: place.direct, worker: false, onError: unheard });
    closing.add(() => jobs.close());
    return { ...furnish(settings, { database, jobs }), close: closing.close };
  } catch (error) {
    await closing.close();
    throw error;
  }
}

/** A fault ends the command, and is told there. */
const unheard = () => {};

/** Opens everything, in order. When a part fails, what is open is closed again. */
export async function openHouse(settings: Settings, options: OpenHouseOptions): Promise<OpenHouse> {
  const closing = closedInReverse();
  try {
    return await openParts(settings, options, closing);
  } catch (error) {
    await closing.close();
    throw error;
  }
}

async function openParts(
  settings: Settings,
  { log, now, embedded = 'own' }: OpenHouseOptions,
  { add: atClose, close }: Closing,
): Promise<OpenHouse> {
  const place = await databaseFor(settings, { embedded, log });
  atClose(() => place.stop());
  await bringUpToDate(place.direct, settings.GATEHOUSE_MIGRATE);

  const database = openDatabase(place.config, { max: settings.DATABASE_POOL, log });
  atClose(() => database.close());
  const changes = postgresChangeFeed({ config: place.direct, log });
  atClose(() => changes.close());
  const onError = (error: Error) => log.warn({ err: error }, 'jobs are disturbed');
  const jobs = postgresJobs({ config: place.direct, worker: true, onError });
  atClose(() => jobs.close());
  const house = { ...furnish(settings, { database, jobs, now }), close };

  const { encryption } = house.keys;
  const lifetimes = keyLifetimes(settings);
  await ensureKeys({ ...house, encryption, lifetimes, by: { actor: 'system' } });
  const onFault = (error: unknown) => log.warn({ err: error }, 'signing keys cannot be read');
  const ring = await openLocalKeyRing({ ...house, encryption, lifetimes, changes, onFault });
  atClose(() => ring.close());
  void jobs.work(house.chores).catch(onError);

  await settleDemoClients(house);

  const redis = await redisOf(settings, log, atClose);
  const inDatabase = protocolPorts(database.pool);
  const artifacts = redis ? redisArtifacts(redis) : inDatabase.artifacts;

  return {
    ...house,
    ...furnishRooms(house, { ring, changes, ...inDatabase, artifacts }),
    isReady: () => allAnswer([() => database.pool.query('SELECT 1')]),
  };
}

async function redisOf(
  { REDIS_URL, production }: Settings,
  log: Logger,
  atClose: Closing['add'],
): Promise<RedisClient | undefined> {
  if (!REDIS_URL) return undefined;
  const redis = await openRedis(REDIS_URL, log);
  atClose(() => redis.disconnect());
  if (production) await assertNoEviction(redis);
  return redis;
}
