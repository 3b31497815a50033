import { Redis } from 'ioredis';
import { openTestHouse } from '../support/house.ts';
import { type RedisServer, startRedisServer } from '../support/redis-server.ts';
import { timed } from '../support/stopwatch.ts';
import { type Application, application, introspect, me, post, signIn } from './application.ts';

/** Only where it is installed. */
const WITH_REDIS = process.env['TEST_REDIS'] ? [startRedisServer] : [];

it('a house without Redis has nothing to lose', async () => {
  const house = await openTestHouse();
  expect(house.settings.REDIS_URL).toBeUndefined();
  await house.close();
});

for (const startRedis of WITH_REDIS) {
  describe('a house whose Redis is gone', () => {
    it('refreshes, answers for its tokens and takes them back, and asks others to come again', async () => {
      const { app, redis, close } = await open(startRedis);
      const { tokens, browser } = await signIn(app);
      await redis.stop();

      const fresh = await exchange(app, String(tokens.refresh_token));
      expect(fresh.status).toBe(200);
      const access = String(fresh.json()['access_token']);
      expect((await me(app.house, access)).status).toBe(200);
      expect(await introspect(app, access)).toMatchObject({ active: true });
      expect((await post(app, '/token/revocation', { token: access })).status).toBe(200);
      expect(await introspect(app, access)).toEqual({ active: false });

      const turned = await timed(() => browser.visit(`/auth?client_id=${app.id}`));
      expect(turned.status).toBe(503);
      expect(Number(turned.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(turned.ms).toBeLessThan(3000);
      await close();
    });

    it('and comes back empty asks for a sign-in, and brings nothing back to life', async () => {
      const { app, redis, close } = await open(startRedis);
      const [kept, revoked] = [await signIn(app), await signIn(app)];
      await post(app, '/token/revocation', { token: String(revoked.tokens.refresh_token) });
      const client = new Redis(redis.url);
      await client.flushall();
      client.disconnect();

      expect((await exchange(app, String(kept.tokens.refresh_token))).status).toBe(200);
      expect((await exchange(app, String(revoked.tokens.refresh_token))).status).toBe(400);
      expect((await me(app.house, revoked.tokens.access_token)).status).toBe(401);
      const again = await signIn(app, kept);
      expect(again.tokens.claims()?.sub).toBe(kept.person.id);
      await close();
    });
  });
}

async function open(startRedis: () => Promise<RedisServer>) {
  const redis = await startRedis();
  const house = await openTestHouse({ env: { REDIS_URL: redis.url } });
  const close = async () => {
    await house.close();
    await redis.discard();
  };
  return { app: await application(house), redis, close };
}

function exchange(app: Application, refresh_token: string) {
  return post(app, '/token', { grant_type: 'refresh_token', refresh_token });
}
