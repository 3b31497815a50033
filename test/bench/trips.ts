import { databaseUrl } from '../support/database-url.ts';
import { callersFor } from './cases.ts';
import type { Options } from './options.ts';
import type { Place } from './place.ts';
import { countCommands, countStatements } from './round-trips.ts';

export type Trips = Map<string, { postgres: number; redis: number }>;

/** On a server of its own, whose questions go through counters: what they cost is not measured. */
export async function countTrips(
  { stage, driver, databases }: Place,
  { paths, accounts: [accounts = 1] }: Options,
): Promise<Trips> {
  const trips: Trips = new Map();
  const config = databases.get(accounts);
  if (!config) return trips;
  const [postgres, redis] = [await countStatements(config), await countCommands(stage.redisUrl)];
  const user = `postgres@127.0.0.1:${postgres.port}`;
  const server = await stage.server({
    config,
    workers: 1,
    env: {
      // The feed of changes and the jobs go round the counter.
      DATABASE_LISTEN_URL: databaseUrl(config),
      DATABASE_URL: `postgres://${user}/${config.database}`,
      REDIS_URL: `redis://127.0.0.1:${redis.port}`,
    },
  });
  const { port } = server;
  await driver.gather({ port, accounts, clients: 1, visitors: callersFor('') });
  for (const path of paths) {
    const run = { port, path, callers: 1, seconds: 0.5, clients: 1 };
    if (path === 'code-exchange') await driver.stock(run, 40);
    const before = [postgres.asked(), redis.asked()];
    const { operations } = await driver.run(run);
    const [sql, commands] = [postgres.asked(), redis.asked()].map(
      (after, at) => (after - (before[at] ?? 0)) / operations,
    );
    trips.set(path, { postgres: sql ?? 0, redis: commands ?? 0 });
  }
  await server.stop();
  postgres.close();
  redis.close();
  return trips;
}
