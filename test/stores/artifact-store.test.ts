import { postgresArtifacts } from '../../src/stores/postgres/artifacts.ts';
import { redisArtifacts } from '../../src/stores/redis/artifacts.ts';
import { openRedis } from '../../src/stores/redis/connection.ts';
import { freshDatabase } from '../support/database.ts';
import { startRedisCluster } from '../support/redis-topologies.ts';
import { artifactStoreConformance } from './artifact-store.conformance.ts';

artifactStoreConformance('PostgreSQL', async () => {
  const db = await freshDatabase();
  return { store: postgresArtifacts(db.pool), close: () => db.close() };
});

const url = process.env['TEST_REDIS'];
if (url) {
  artifactStoreConformance('Redis', async () => {
    const redis = await openRedis(url);
    return {
      store: redisArtifacts(redis, 'test-artifacts:'),
      close: async () => redis.disconnect(),
    };
  });

  artifactStoreConformance('a Redis cluster', async () => {
    const cluster = await startRedisCluster();
    const redis = await openRedis(cluster.url);
    return {
      store: redisArtifacts(redis),
      async close() {
        redis.disconnect();
        await cluster.stop();
      },
    };
  });
}
