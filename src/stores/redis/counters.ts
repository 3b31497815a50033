import type { Counters } from '../../limits/counters.ts';
import { type RedisClient, script } from './connection.ts';

/** Counters in Redis: one key and one script a call, by the clock of whoever asks. */
export function redisCounters(redis: RedisClient, prefix = 'gatehouse:'): Counters {
  const keyOf = (key: string) => `${prefix}Counter:{${key}}`;
  const take = script(redis, TAKE);
  const giveBack = script(redis, GIVE_BACK);
  return {
    async take(key, { most, withinS, longest }, at) {
      const answer = await take(keyOf(key), at.getTime(), withinS * 1000, longest, most);
      const [taken, when, spent] = Array.isArray(answer) ? answer.map(Number) : [];
      const date = new Date(when ?? at);
      return taken === 1
        ? { taken: true, startedAt: date, spent: spent === 1 }
        : { taken: false, until: date };
    },
    async giveBack(key, startedAt) {
      await giveBack(keyOf(key), startedAt.getTime());
    },
  };
}

// Fields: c count, k strikes, s started at, x spent at, e expires at; times in milliseconds.
const TAKE = `local now, within, longest, most = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local known = redis.call('HMGET', KEYS[1], 'c', 'k', 's', 'x', 'e')
local count, strikes, started, spent, expires = tonumber(known[1]), tonumber(known[2]), tonumber(known[3]), tonumber(known[4]), tonumber(known[5])
local ends = 0
if spent then ends = spent + within * math.min(2 ^ strikes, longest) elseif started then ends = started + within end
if now >= ends then
  strikes = spent and now < expires and math.min(strikes + 1, 20) or 0
  count, started, expires = 0, now, now + within * (1 + 2 * longest)
elseif count >= most then
  return {0, string.format('%.0f', ends)}
end
count = count + 1
redis.call('HSET', KEYS[1], 'c', count, 'k', strikes, 's', string.format('%.0f', started), 'e', string.format('%.0f', expires))
if count >= most then redis.call('HSET', KEYS[1], 'x', string.format('%.0f', math.max(now, started))) else redis.call('HDEL', KEYS[1], 'x') end
redis.call('PEXPIRE', KEYS[1], string.format('%.0f', math.max(1, expires - now)))
return {1, string.format('%.0f', started), count >= most and 1 or 0}`;

const GIVE_BACK = `local known = redis.call('HMGET', KEYS[1], 'c', 's')
if known[2] ~= ARGV[1] or tonumber(known[1]) < 1 then return 0 end
redis.call('HDEL', KEYS[1], 'x')
return redis.call('HINCRBY', KEYS[1], 'c', -1)`;
