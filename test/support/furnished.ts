import { randomBytes } from 'node:crypto';
import { type Settings, readSettings } from '../../src/settings/settings.ts';
import { postgresJobs } from '../../src/stores/postgres/jobs.ts';
import { type House, furnish } from '../../src/furnish.ts';
import { type TestDatabase, freshDatabase } from './database.ts';
import { databaseUrl } from './database-url.ts';

/** The ports on a fresh database, without a server: for use cases. The clock stands where it is put. */
export interface Furnished extends House {
  database: TestDatabase;
  clock: { now: Date };
}

export async function furnished(changes: Partial<Settings> = {}): Promise<Furnished> {
  const database = await freshDatabase();
  const settings = readSettings({
    DATABASE_URL: databaseUrl(database.config),
    GATEHOUSE_SECRET: randomBytes(32).toString('base64'),
  });
  const clock = { now: new Date() };
  const jobs = postgresJobs({ config: database.config, worker: false, onError: () => {} });
  const now = () => clock.now;
  const house = furnish({ ...settings, ...changes }, { database, jobs, now });
  const close = async () => {
    await jobs.close();
    await database.close();
  };
  return { ...house, database, clock, close };
}
