import { setTimeout as pause } from 'node:timers/promises';
import { redisArtifacts } from '../../src/stores/redis/artifacts.ts';
import { openRedis } from '../../src/stores/redis/connection.ts';
import { redisCounters } from '../../src/stores/redis/counters.ts';
import { testRedis } from '../../src/stores/redis/examine.ts';
import { isStoreAway } from '../../src/transactions/store-away.ts';
import { freePort } from '../support/http.ts';
import {
  type RedisTopology,
  startRedisCluster,
  startRedisSentinels,
} from '../support/redis-topologies.ts';
import { timeOf, timed } from '../support/stopwatch.ts';

/** Redis' own time to notice and to agree is one and a half to four seconds here. */
const HEALS_MS = 10_000;

async function loseTheMaster(topology: RedisTopology): Promise<void> {
  const warnings: string[] = [];
  const log = { warn: (_fields: object, message: string) => void warnings.push(message) };
  const redis = await openRedis(topology.url, log);
  await testRedis(redis, { production: true });
  const store = redisArtifacts(redis);
  const counters = redisCounters(redis);
  const put = () => store.put('Interaction', 'one', { here: true }, 600);
  await put();
  expect(await store.find('Interaction', 'one')).toMatchObject({ payload: { here: true } });

  const master = await topology.masterOf('gatehouse:Interaction:{one}');
  await master.stop();
  const died = performance.now();
  const seen = { failed: 0, longest: 0, strange: [] as unknown[] };
  for (;;) {
    const { failure, ms } = await timed(async () => ({ failure: await put().catch(whatever) }));
    seen.longest = Math.max(seen.longest, ms);
    if (failure === undefined) break;
    seen.failed += 1;
    if (!isStoreAway(failure)) seen.strange.push(failure);
    if (performance.now() - died > HEALS_MS) throw new Error('It does not heal.');
    await pause(20);
  }
  expect(seen.strange).toEqual([]);
  expect(seen.failed).toBeGreaterThan(0);
  expect(seen.longest).toBeLessThan(1500);

  // Scripts that the one before had learned, too.
  const one = { key: 'one', budget: { most: 1, withinS: 60, longest: 1 }, needed: true };
  const at = new Date();
  expect(await counters.take([one], at)).toMatchObject({ taken: true });
  expect(await counters.take([one], at)).toMatchObject({ taken: false });
  await counters.giveBack([{ key: 'one', startedAt: at }]);
  expect(await counters.take([one], at)).toMatchObject({ taken: true });
  expect(await store.consume('Interaction', 'one')).toBe(true);
  expect(await store.consume('Interaction', 'one')).toBe(false);
  redis.disconnect();
}

const TOPOLOGIES: Record<string, () => Promise<RedisTopology>> = {
  'that Sentinels watch': startRedisSentinels,
  'that is a cluster': () => startRedisCluster(1),
};

describe('a Redis', () => {
  for (const [what, start] of Object.entries(process.env['TEST_REDIS'] ? TOPOLOGIES : {})) {
    it(`${what} heals by itself when a master dies`, async () => {
      expect.hasAssertions();
      const topology = await start();
      try {
        await loseTheMaster(topology);
      } finally {
        await topology.stop();
      }
    }, 60_000);
  }

  it.each(['redis-sentinel://127.0.0.1:PORT/gatehouse', 'redis-cluster://127.0.0.1:PORT'])(
    'of which nobody is there says so at the start: %s',
    async (form) => {
      const url = form.replace('PORT', String(await freePort()));
      let error: unknown;
      const ms = await timeOf(() => openRedis(url).catch((fault: unknown) => (error = fault)));
      expect(isStoreAway(error)).toBe(true);
      expect(ms).toBeLessThan(3000);
    },
  );
});

const whatever = (error: unknown) => error ?? 'nothing was said';
