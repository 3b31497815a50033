import { createHash } from 'node:crypto';
import { Cluster, Redis, type RedisOptions } from 'ioredis';
import type { Watch } from '../../watching/watch.ts';
import { watchCommands } from './watched-commands.ts';

/**
 * The way to Redis: one node, or a cluster (several addresses separated by commas). Fails fast and heals by itself: a
 * request never waits for a Redis that is away, and nothing is sent twice, for what was consumed may only be once.
 */
export type RedisClient = Redis | Cluster;

export interface RedisLog {
  warn(fields: object, message: string): void;
}

const CONNECT_MS = 1000;
const COMMAND_MS = 1000;
/** A connection that says nothing for so long, although asked, is dead. */
const SILENCE_MS = 2000;
const LONGEST_PAUSE_MS = 2000;

const FAIL_FAST = {
  connectTimeout: CONNECT_MS,
  commandTimeout: COMMAND_MS,
  socketTimeout: SILENCE_MS,
  keepAlive: 5000,
  maxRetriesPerRequest: 0,
  autoResendUnfulfilledCommands: false,
  connectionName: 'gatehouse',
} as const satisfies RedisOptions;

/** Throws while Redis is away. */
export async function openRedis(urls: string, log?: RedisLog, watch?: Watch): Promise<RedisClient> {
  const addresses = urls.split(',').map((url) => url.trim());
  const redis = addresses.length > 1 ? cluster(addresses) : single(addresses[0] ?? '');
  // Without a listener ioredis writes to the console.
  redis.on('error', (error: Error) => log?.warn({ err: error }, 'Redis cannot be reached.'));
  if (watch) watchCommands(redis, watch);
  try {
    await redis.connect();
  } catch (error) {
    redis.disconnect();
    throw error;
  }
  return redis;
}

function single(url: string): Redis {
  return new Redis(url, {
    ...FAIL_FAST,
    lazyConnect: true,
    enableOfflineQueue: false,
    retryStrategy: pauseBefore,
  });
}

function cluster(urls: string[]): Cluster {
  const nodes = urls.map((url) => new URL(url));
  const [first] = nodes;
  return new Cluster(
    nodes.map(({ hostname, port }) => ({ host: hostname, port: Number(port || 6379) })),
    {
      redisOptions: {
        ...FAIL_FAST,
        ...(first?.username && { username: decodeURIComponent(first.username) }),
        ...(first?.password && { password: decodeURIComponent(first.password) }),
        ...(first?.protocol === 'rediss:' && { tls: {} }),
      },
      lazyConnect: true,
      enableOfflineQueue: false,
      slotsRefreshTimeout: CONNECT_MS,
      maxRedirections: 4,
      retryDelayOnFailover: 100,
      clusterRetryStrategy: pauseBefore,
    },
  );
}

function pauseBefore(attempt: number): number {
  return Math.min(25 * 2 ** attempt, LONGEST_PAUSE_MS);
}

/** Runs in one step, on the slot of its one key. */
export function script(redis: RedisClient, lua: string) {
  const sha = createHash('sha1').update(lua).digest('hex');
  return async (key: string, ...args: (string | number)[]): Promise<unknown> => {
    try {
      return await redis.evalsha(sha, 1, key, ...args);
    } catch (error) {
      if (!String(error).includes('NOSCRIPT')) throw error;
      return redis.eval(lua, 1, key, ...args);
    }
  };
}
