import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { redisArtifacts } from '../../src/stores/redis/artifacts.ts';
import { openRedis } from '../../src/stores/redis/connection.ts';
import { testRedis } from '../../src/stores/redis/examine.ts';
import { limitWaiting } from '../../src/stores/redis/limit-waiting.ts';
import { isStoreAway } from '../../src/transactions/store-away.ts';
import { freePort } from '../support/http.ts';
import { startRedisServer } from '../support/redis-server.ts';
import { timed } from '../support/stopwatch.ts';

const TESTS: Record<string, () => Promise<void>> = {
  'fails at once while it is stopped, and works again by itself': async () => {
    const server = await startRedisServer();
    const redis = await openRedis(server.url);
    const store = redisArtifacts(redis);
    await store.put('Interaction', 'one', {}, 60);
    await server.stop();
    for (let call = 0; call < 5; call += 1) {
      const { away, ms } = await attempt(() => store.find('Interaction', 'one'));
      expect(away).toBe(true);
      expect(ms).toBeLessThan(1200);
    }
    await server.start();
    expect(await heals(() => store.put('Interaction', 'one', {}, 60))).toBe(true);
    redis.disconnect();
    await server.discard();
  },

  'fails within about a second while it says nothing, and works again by itself': async () => {
    const server = await startRedisServer();
    const redis = await openRedis(server.url);
    const store = redisArtifacts(redis);
    await store.consume('AuthorizationCode', 'load the script');
    await store.put('AuthorizationCode', 'one', {}, 60);
    server.freeze();
    const calls = [
      () => store.find('AuthorizationCode', 'one'),
      () => store.put('AuthorizationCode', 'two', {}, 60),
      () => store.findSession('one'),
    ];
    for (const { away, ms } of await Promise.all(calls.map(attempt))) {
      expect(away).toBe(true);
      expect(ms).toBeLessThan(1300);
    }
    server.thaw();
    expect(await heals(() => store.find('AuthorizationCode', 'one'))).toBe(true);
    redis.disconnect();
    await server.discard();
  },

  'reads what has come while this process stood still before it gives anything up': async () => {
    const server = await startRedisServer();
    const redis = new Redis(server.url);
    limitWaiting(redis, { commandMs: 40, silenceMs: 80 });
    await redis.set('one', 'here');
    const { stream } = redis;
    for (let round = 0; round < 10; round += 1) {
      const answer = redis.get('one');
      standStill(100);
      expect(await answer).toBe('here');
    }
    await pause(200);
    expect(redis.stream).toBe(stream);
    redis.disconnect();
    await server.discard();
  },

  'never sends twice what was under way when the connection broke': async () => {
    const server = await startRedisServer();
    const redis = await openRedis(server.url);
    const store = redisArtifacts(redis);
    for (let round = 0; round < 20; round += 1) {
      const id = randomUUID();
      expect(await heals(() => store.put('AuthorizationCode', id, {}, 60))).toBe(true);
      const consumed = attempt(() => store.consume('AuthorizationCode', id));
      redis.disconnect(true);
      // Whether it got through is not known; what counts is that it is not said to be somebody else's.
      expect((await consumed).answer).not.toBe(false);
    }
    redis.disconnect();
    await server.discard();
  },

  'is refused when it forgets what it should keep': async () => {
    const server = await startRedisServer('--maxmemory-policy', 'allkeys-lru');
    const redis = await openRedis(server.url);
    await expect(testRedis(redis, { production: true })).rejects.toThrow(
      'maxmemory-policy allkeys-lru',
    );
    redis.disconnect();
    await server.discard();

    const good = await startRedisServer();
    const other = await openRedis(good.url);
    expect(await testRedis(other, { production: true })).toEqual([]);
    other.disconnect();
    await good.discard();
  },
};

describe('a Redis', () => {
  it('says at the start that it is away', async () => {
    const port = await freePort();
    const { away, ms } = await attempt(() => openRedis(`redis://127.0.0.1:${port}`));
    expect(away).toBe(true);
    expect(ms).toBeLessThan(1300);
  });

  for (const [what, test] of Object.entries(process.env['TEST_REDIS'] ? TESTS : {})) {
    it(`once reached ${what}`, async () => {
      expect.hasAssertions();
      await test();
    });
  }
});

async function attempt(call: () => Promise<unknown>) {
  return timed(() =>
    call().then(
      (answer) => ({ answer, away: false }),
      (error: unknown) => ({ answer: undefined, away: isStoreAway(error) }),
    ),
  );
}

function standStill(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

/** The first call after an outage may still fail, and one soon after may not. */
async function heals(call: () => Promise<unknown>): Promise<boolean> {
  for (let tries = 0; tries < 100; tries += 1) {
    const failed = await call().then(
      () => false,
      () => true,
    );
    if (!failed) return true;
    await pause(50);
  }
  return false;
}
