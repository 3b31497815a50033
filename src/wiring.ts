import type { Rooms } from './app.ts';
import { settleDemoClients } from './development/demo-clients.ts';
import type { Notices } from './doctor/notices.ts';
import { type House, furnish } from './furnish.ts';
import { allAnswer } from './health/health.ts';
import type { ErrorPage } from './http/error-pages.ts';
import { watchedRing } from './keys/watched-ring.ts';
import { openSigning, signingAlarm } from './signing.ts';
import type { Logger } from './logging/logger.ts';
import { carryLogouts } from './logouts.ts';
import type { Argon2Options } from './passwords/argon2-hasher.ts';
import type { Standing } from './metrics/standing.ts';
import { type Closing, closedInReverse } from './process/closing.ts';
import { type Furniture, furnishRooms } from './rooms.ts';
import type { Fresh } from './settings/fresh.ts';
import type { Settings } from './settings/settings.ts';
import { standingOf } from './standing.ts';
import { bringUpToDate, databaseFor, testGround } from './stores/database-place.ts';
import { postgresChangeFeed } from './stores/postgres/change-feed.ts';
import { openDatabase, openPulse } from './stores/postgres/database.ts';
import { durablePorts } from './stores/postgres/durable.ts';
import { postgresJobs } from './stores/postgres/jobs.ts';
import { protocolPorts } from './stores/postgres/protocol.ts';
import { refuseRoot } from './vault/settle.ts';
import type { Vault } from './vault/vault.ts';
import type { Watch } from './watching/watch.ts';

/** The house with its doors open: what the server answers with. Every part is opened and put together here. */
export interface OpenHouse extends Workshop {
  rooms: Rooms;
  errorPage: ErrorPage;
  /** Whether the stores answer, within a second. */
  isReady(): Promise<boolean>;
}

export interface Workshop extends House {
  /** For who asks how all of it fares. */
  standing(): Standing;
}

export interface OpenHouseOptions {
  log: Logger;
  /** Told what is odd about the stores. */
  notices: Notices;
  now?: () => Date;
  /** Whether this process owns the embedded database, or another of the same server does. */
  embedded?: 'own' | 'shared';
  /** The way into Vault, where one is named. */
  vault?: () => Promise<Vault | undefined>;
  /** What stands in the settings by now; without it they never change. */
  fresh?: Fresh;
  /** Whether this process does the jobs too. */
  jobs?: boolean;
  /** What a password's hash costs, where it is not the point. */
  hashing?: Argon2Options['parameters'];
  watch?: Watch | undefined;
}

/** Opens everything, in order. When a part fails, what is open is closed again. */
export function openHouse(settings: Settings, options: OpenHouseOptions): Promise<OpenHouse> {
  return orNothing(async (closing) => {
    const ground = await openGround(settings, options, closing);
    const { house, database, pulse, registrations, ...heard } = ground;
    await settleDemoClients(house);
    const inDatabase = protocolPorts(database.pool);
    const inRedis = await portsInRedis(settings, options, closing.add);
    const redis = inRedis && (() => inRedis.ping());
    const furnished = await furnishRooms(
      { ...house, ...registrations() },
      { ...heard, ...inDatabase, ...inRedis },
    );
    const crowds = () => furnished.rooms.inFlight.crowds();
    return {
      ...house,
      ...furnished,
      standing: () => standingOf(house, { ...heard, database, redis, crowds }),
      isReady: () => allAnswer([() => pulse.feel()]),
    };
  });
}

/** What does the jobs, without the rooms: nobody is let in. */
export function openWorkshop(settings: Settings, options: OpenHouseOptions): Promise<Workshop> {
  return orNothing(async (closing) => {
    const { house, ...ground } = await openGround(settings, options, closing);
    return { ...house, standing: () => standingOf(house, ground) };
  });
}

async function orNothing<T>(open: (closing: Closing) => Promise<T>): Promise<T> {
  const closing = closedInReverse();
  try {
    return await open(closing);
  } catch (error) {
    await closing.close();
    throw error;
  }
}

/** What every process stands on: stores, keys that its secret opens, and jobs, to do or only to ask for. */
async function openGround(
  settings: Settings,
  {
    log,
    notices,
    now,
    embedded = 'own',
    jobs: worker = true,
    hashing,
    watch,
    ...more
  }: OpenHouseOptions,
  { add: atClose, close }: Closing,
) {
  const { fresh } = more;
  const place = await databaseFor(settings, { embedded, log, fresh });
  atClose(() => place.stop());
  notices.tell(...(await testGround(place.direct)));
  await bringUpToDate(place.direct, settings.GATEHOUSE_MIGRATE);

  const { renew } = place;
  const max = settings.DATABASE_POOL;
  const database = openDatabase(place.config, { max, log, watch, renew });
  atClose(() => database.close());
  const pulse = openPulse(place.config, { log, renew });
  atClose(() => pulse.close());
  const changes = postgresChangeFeed({ config: place.direct, log, renew });
  atClose(() => changes.close());
  const onError = (error: Error) => log.warn({ err: error }, 'jobs are disturbed');
  const jobs = postgresJobs({ config: place.direct, worker, onError, renew });
  const alarm = signingAlarm(log);
  // Not closed with the house: a start that waits for a store comes back for the same one.
  const vault = await more.vault?.();
  if (vault) await refuseRoot(vault, settings);
  const furniture = { database, jobs, now, hashing, watch, alarm, vault, fresh };
  const onDisturbance = unheardOf(log);
  const house = { ...furnish(settings, { ...furniture, onDisturbance }), close };
  if (house.brand.palette.adjusted) log.info(ADJUSTED);
  atClose(() => house.signing.transit?.close());
  atClose(() => house.postman.close());
  // Before the postman: whoever closes takes no more mails.
  atClose(() => jobs.close());

  const ring = await openSigning(house, { changes, log, atClose });
  const portsApart = (connections: number) => {
    const apart = openDatabase(place.config, { max: connections, log, watch, renew });
    atClose(() => apart.close());
    return durablePorts(apart.prisma);
  };
  if (worker) {
    void jobs.work(house.chores).catch(onError);
    const { logoutNotices } = portsApart(CARRIER_POOL);
    const courier = carryLogouts({ ...house, logoutNotices }, { ring, log });
    atClose(() => courier.close());
  }
  const registrations = () => {
    const { clients, apis } = portsApart(REGISTRY_POOL);
    return { clients, apis };
  };
  const watched = watch ? watchedRing(ring, watch) : ring;
  return { house, database, pulse, registrations, ring: watched, changes };
}

const unheardOf = (log: Logger) => (error: unknown) =>
  log.warn({ err: error }, 'breached passwords cannot be asked for');

/**
 * Who looks up an application or an API, because a cache does not know it, never waits behind those who ask about people.
 * Such questions are rare and quick.
 */
const REGISTRY_POOL = 2;

/** Who looks for notices every second, and writes down what became of them, takes no place of those who wait for an answer. */
const CARRIER_POOL = 1;

const ADJUSTED =
  'GATEHOUSE_BRAND_ACCENT stands out too little on a light page: its buttons are a little darker';

interface ShortLived extends Pick<Furniture, 'artifacts' | 'counters'> {
  ping(): Promise<unknown>;
}

/** Its client is only loaded where it is used: it takes eight megabytes. */
async function portsInRedis(
  { REDIS_URL, production }: Settings,
  { log, notices, watch, fresh }: OpenHouseOptions,
  atClose: Closing['add'],
): Promise<ShortLived | undefined> {
  if (!REDIS_URL) return undefined;
  const { openRedis } = await import('./stores/redis/connection.ts');
  const { keepRenewed } = await import('./stores/redis/renewal.ts');
  const { testRedis } = await import('./stores/redis/examine.ts');
  const { redisArtifacts } = await import('./stores/redis/artifacts.ts');
  const { redisCounters } = await import('./stores/redis/counters.ts');
  const redis = await openRedis(REDIS_URL, log, watch);
  if (fresh) keepRenewed(redis, fresh);
  atClose(() => redis.disconnect());
  notices.tell(...(await testRedis(redis, { production })));
  return {
    artifacts: redisArtifacts(redis),
    counters: redisCounters(redis),
    ping: () => redis.ping(),
  };
}
