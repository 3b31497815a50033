import { createHash } from 'node:crypto';
import { Cluster, Redis, type RedisOptions } from 'ioredis';
import { CannotStart } from '../../process/cannot-start.ts';
import { type RedisAddress, readRedisAddress } from '../../settings/redis-address.ts';
import type { Watch } from '../../watching/watch.ts';
import { limitWaiting } from './limit-waiting.ts';
import { watchCommands } from './watched-commands.ts';

/**
 * The way to Redis: one node, the master that Sentinels name, or a cluster. Fails fast and heals by itself: a request
 * never waits for a Redis that is away, and nothing is sent twice, for what was consumed may only be once.
 */
export type RedisClient = Redis | Cluster;

export interface RedisLog {
  warn(fields: object, message: string): void;
}

const CONNECT_MS = 1000;
const LIMITS = { commandMs: 1000, silenceMs: 2000 };
const LONGEST_PAUSE_MS = 2000;
/** How old the map of a cluster may grow: what a replica took over is found within this. */
const SLOTS_MS = 1000;

const FAIL_FAST = {
  connectTimeout: CONNECT_MS,
  keepAlive: 5000,
  maxRetriesPerRequest: 0,
  autoResendUnfulfilledCommands: false,
  connectionName: 'gatehouse',
} as const satisfies RedisOptions;

/** Throws while Redis is away. */
export async function openRedis(url: string, log?: RedisLog, watch?: Watch): Promise<RedisClient> {
  const address = readRedisAddress(url);
  if (typeof address === 'string') throw new CannotStart(`REDIS_URL ${address}.`);
  let opened = false;
  const redis = WAYS[address.kind](address, () => opened);
  // Without a listener ioredis writes to the console.
  redis.on('error', (error: Error) => log?.warn({ err: error }, 'Redis cannot be reached.'));
  limitWaiting(redis, LIMITS);
  if (watch) watchCommands(redis, watch);
  try {
    await redis.connect();
    opened = true;
  } catch (error) {
    redis.disconnect();
    throw error;
  }
  return redis;
}

type Way = (address: RedisAddress, wasOpened: () => boolean) => RedisClient;

const WAYS: Record<RedisAddress['kind'], Way> = {
  node: (address) => new Redis({ ...address.hosts[0], ...commonTo(address) }),

  sentinel: (address, wasOpened) =>
    new Redis({
      sentinels: address.hosts,
      name: address.master ?? '',
      ...commonTo(address),
      ...(address.sentinelPassword && { sentinelPassword: address.sentinelPassword }),
      ...(address.tls && { enableTLSForSentinelMode: true, sentinelTLS: {} }),
      sentinelCommandTimeout: LIMITS.commandMs,
      // At the start one round says that nobody is there; later on, giving up would be for good.
      sentinelRetryStrategy: (round) => (wasOpened() ? pauseBefore(round) : null),
    }),

  cluster: (address) =>
    new Cluster(address.hosts, {
      redisOptions: { ...FAIL_FAST, ...credentialsIn(address) },
      lazyConnect: true,
      enableOfflineQueue: false,
      // Certificates are for names: what a node is called is not looked up for it.
      ...(address.tls && { dnsLookup: (name, found) => found(null, name) }),
      slotsRefreshTimeout: CONNECT_MS,
      slotsRefreshInterval: SLOTS_MS,
      maxRedirections: 4,
      // It would send again what may have been done before the connection broke.
      retryDelayOnFailover: 0,
      clusterRetryStrategy: pauseBefore,
    }),
};

function commonTo(address: RedisAddress) {
  return {
    ...FAIL_FAST,
    ...credentialsIn(address),
    db: address.database,
    lazyConnect: true,
    enableOfflineQueue: false,
    retryStrategy: pauseBefore,
    // A master that has become a replica: its successor is found anew.
    reconnectOnError: ({ message }: Error) => message.startsWith('READONLY'),
  } satisfies RedisOptions;
}

function credentialsIn({ username, password, tls }: RedisAddress) {
  return { ...(username && { username }), ...(password && { password }), ...(tls && { tls: {} }) };
}

function pauseBefore(attempt: number): number {
  return Math.min(25 * 2 ** attempt, LONGEST_PAUSE_MS);
}

/** Runs in one step, on the slot that its keys have in common. */
export function script(redis: RedisClient, lua: string) {
  const sha = createHash('sha1').update(lua).digest('hex');
  return async (keys: string | string[], ...args: (string | number)[]): Promise<unknown> => {
    const all = [keys].flat();
    try {
      return await redis.evalsha(sha, all.length, ...all, ...args);
    } catch (error) {
      if (!String(error).includes('NOSCRIPT')) throw error;
      return redis.eval(lua, all.length, ...all, ...args);
    }
  };
}
