import { localCounters } from '../../src/limits/local-counters.ts';
import { openDatabase } from '../../src/stores/postgres/database.ts';
import { postgresCounters } from '../../src/stores/postgres/counters.ts';
import { openRedis } from '../../src/stores/redis/connection.ts';
import { redisCounters } from '../../src/stores/redis/counters.ts';
import { freshDatabase } from '../support/database.ts';
import { countersConformance } from './counters.conformance.ts';

countersConformance('this process', async () => ({
  doors: [localCounters()],
  close: async () => {},
}));

countersConformance('PostgreSQL', async () => {
  const db = await freshDatabase();
  const other = openDatabase(db.config);
  return {
    doors: [postgresCounters(db.pool), postgresCounters(other.pool)],
    async close() {
      await other.close();
      await db.close();
    },
  };
});

const url = process.env['TEST_REDIS'];
if (url) {
  countersConformance('Redis', async () => {
    const ways = [await openRedis(url), await openRedis(url)];
    return {
      doors: ways.map((redis) => redisCounters(redis, `test-counters-${process.pid}:`)),
      close: async () => ways.forEach((redis) => redis.disconnect()),
    };
  });
}
