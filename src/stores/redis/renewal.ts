import { Redis } from 'ioredis';
import type { Fresh } from '../../settings/fresh.ts';
import { readRedisAddress } from '../../settings/redis-address.ts';
import type { RedisClient } from './connection.ts';

const REFUSALS = /^(WRONGPASS|NOAUTH|ERR invalid password)\b/;

/**
 * A Redis that refuses who we are is asked again with what is known by then: the client connects anew by itself, with
 * the user and password that it finds. Another host needs a start.
 */
export function keepRenewed(redis: RedisClient, fresh: Fresh): void {
  redis.on('error', (error: Error) => {
    if (REFUSALS.test(error.message)) void renewed(redis, fresh);
  });
}

async function renewed(redis: RedisClient, fresh: Fresh): Promise<void> {
  await fresh.renew();
  const address = readRedisAddress(fresh.now().REDIS_URL ?? '');
  if (typeof address === 'string') return;
  const { username, password, sentinelPassword } = address;
  if (redis instanceof Redis) {
    Object.assign(redis.options, { username, password, sentinelPassword });
  } else Object.assign(redis.options.redisOptions ?? {}, { username, password });
}
