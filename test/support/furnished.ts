import { randomBytes } from 'node:crypto';
import { type Settings, readSettings } from '../../src/settings/settings.ts';
import { type House, furnish } from '../../src/wiring.ts';
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
  const house = furnish({ ...settings, ...changes }, database, () => clock.now);
  return { ...house, database, clock, close: () => database.close() };
}
