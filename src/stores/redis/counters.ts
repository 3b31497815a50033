import type { Counters, Take, Takes } from '../../limits/counters.ts';
import { type RedisClient, script } from './connection.ts';

/**
 * Counters in Redis: one script a call, by the clock of whoever asks. All of them stand in one slot of a cluster, so that
 * several can be taken in one step.
 */
export function redisCounters(redis: RedisClient, prefix = 'gatehouse:'): Counters {
  const keyOf = ({ key }: { key: string }) => `${prefix}{Counter}:${key}`;
  const take = script(redis, TAKE);
  const giveBack = script(redis, GIVE_BACK);
  return {
    async take(asked, at) {
      const budgets = asked.flatMap(({ budget: { withinS, longest, most }, needed }) => [
        withinS * 1000,
        longest,
        most,
        needed ? 1 : 0,
      ]);
      return toTakes(await take(asked.map(keyOf), at.getTime(), ...budgets));
    },
    async giveBack(taken) {
      if (taken.length === 0) return;
      await giveBack(taken.map(keyOf), ...taken.map(({ startedAt }) => startedAt.getTime()));
    },
  };
}

/** Which one was refused and until when, after a 0; else of each whether it was taken, when its window began or ends, and whether it was the last. */
function toTakes(answer: unknown): Takes {
  const [whole, ...figures] = Array.isArray(answer) ? answer.map(Number) : [];
  const [refused = 0, until = 0] = figures;
  if (whole !== 1) return { taken: false, refused, until: new Date(until) };
  const takes = Array.from({ length: figures.length / 3 }, (_, index): Take => {
    const [taken, when = 0, spent] = figures.slice(3 * index);
    const date = new Date(when);
    return taken === 1
      ? { taken: true, startedAt: date, spent: spent === 1 }
      : { taken: false, until: date };
  });
  return { taken: true, takes };
}

// Fields: c count, k strikes, s started at, x spent at, e expires at; times in milliseconds. First all are looked at, then taken.
const TAKE = `local now = tonumber(ARGV[1])
local windows = {}
for i, key in ipairs(KEYS) do
  local within, longest, most = tonumber(ARGV[4 * i - 2]), tonumber(ARGV[4 * i - 1]), tonumber(ARGV[4 * i])
  local known = redis.call('HMGET', key, 'c', 'k', 's', 'x', 'e')
  local count, strikes, started, spent, expires = tonumber(known[1]), tonumber(known[2]), tonumber(known[3]), tonumber(known[4]), tonumber(known[5])
  local ends = 0
  if spent then ends = spent + within * math.min(2 ^ strikes, longest) elseif started then ends = started + within end
  if now >= ends then
    strikes = spent and now < expires and math.min(strikes + 1, 20) or 0
    count, started, expires = 0, now, now + within * (1 + 2 * longest)
  elseif count >= most then
    if ARGV[4 * i + 1] == '1' then return {0, i - 1, string.format('%.0f', ends)} end
    started = nil
  end
  windows[i] = {count = count + 1, strikes = strikes, started = started, ends = ends, expires = expires, last = count + 1 >= most}
end
local answer = {1}
for i, key in ipairs(KEYS) do
  local w = windows[i]
  if w.started then
    local started = string.format('%.0f', w.started)
    redis.call('HSET', key, 'c', w.count, 'k', w.strikes, 's', started, 'e', string.format('%.0f', w.expires))
    if w.last then redis.call('HSET', key, 'x', string.format('%.0f', math.max(now, w.started))) else redis.call('HDEL', key, 'x') end
    redis.call('PEXPIRE', key, string.format('%.0f', math.max(1, w.expires - now)))
    for _, figure in ipairs({1, started, w.last and 1 or 0}) do table.insert(answer, figure) end
  else
    for _, figure in ipairs({0, string.format('%.0f', w.ends), 0}) do table.insert(answer, figure) end
  end
end
return answer`;

const GIVE_BACK = `for i, key in ipairs(KEYS) do
  local known = redis.call('HMGET', key, 'c', 's')
  if known[2] == ARGV[i] and tonumber(known[1]) >= 1 then
    redis.call('HDEL', key, 'x')
    redis.call('HINCRBY', key, 'c', -1)
  end
end`;
