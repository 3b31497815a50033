import type { ClientConfig } from 'pg';
import { clockFaults, groundFaults } from '../doctor/database.ts';
import { type Finding, inOneSentence } from '../doctor/finding.ts';
import { CannotStart } from '../process/cannot-start.ts';
import type { Fresh } from '../settings/fresh.ts';
import type { Settings } from '../settings/settings.ts';
import { placesIn } from './embedded-postgres/paths.ts';
import { clientConfig } from './embedded-postgres/reach.ts';
import { openEmbeddedPostgres, reachEmbeddedPostgres } from './embedded-postgres/server.ts';
import { migrate } from './migrate.ts';
import { migrationStatus } from './migrations.ts';
import { connectionTo } from './postgres/connection.ts';
import { groundOf } from './postgres/examine.ts';

/** Where PostgreSQL is, and how to leave it. Owns the choice between one's own and the embedded; knows no table. */
export interface DatabasePlace {
  config: ClientConfig;
  /** Around a pooler, for what needs a connection of its own: LISTEN and migrations. */
  direct: ClientConfig;
  /** Asked when the database refuses who we are: after that both may show something else. */
  renew?: (() => Promise<void>) | undefined;
  stop: () => Promise<void>;
}

type Addresses = Pick<Settings, 'DATABASE_URL' | 'DATABASE_LISTEN_URL' | 'DATA_DIR'>;

/** For a server. Of several processes one owns the embedded database, and the others share it. */
export async function databaseFor(
  settings: Addresses,
  options: {
    embedded: 'own' | 'shared';
    log: { warn(fields: object, message: string): void };
    fresh?: Fresh | undefined;
  },
): Promise<DatabasePlace> {
  if (settings.DATABASE_URL) return ownDatabase(settings, options.fresh);
  if (options.embedded === 'shared') return at(clientConfig(placesIn(settings.DATA_DIR)));
  const embedded = await openEmbeddedPostgres({ dataDir: settings.DATA_DIR, log: options.log });
  return { ...at(embedded.config), stop: () => embedded.stop() };
}

/** For a command: beside a running server, or without one. */
export async function reachDatabase(settings: Addresses): Promise<DatabasePlace> {
  if (settings.DATABASE_URL) return ownDatabase(settings);
  const embedded = await reachEmbeddedPostgres(settings.DATA_DIR);
  return { ...at(embedded.config), stop: () => embedded.stop() };
}

/**
 * Refuses a database that no server can stand on: too old, or read-only. Answers what is odd about it and keeps nobody
 * from starting.
 */
export async function testGround(database: ClientConfig): Promise<Finding[]> {
  const ground = await groundOf(database);
  const [fault] = groundFaults(ground);
  if (fault) throw new CannotStart(inOneSentence(fault));
  return clockFaults(ground);
}

export async function bringUpToDate(
  database: ClientConfig,
  when: Settings['GATEHOUSE_MIGRATE'],
): Promise<void> {
  if (when === 'on-start') {
    await migrate(database);
    return;
  }
  const { missing } = await migrationStatus(database);
  if (missing.length > 0) {
    throw new CannotStart('The database schema is out of date. Run `npx gatehouse migrate`.');
  }
}

function ownDatabase(settings: Addresses, fresh?: Fresh): DatabasePlace {
  const known = (): Addresses => fresh?.now() ?? settings;
  const config = asKnown(() => known().DATABASE_URL ?? '');
  const direct = asKnown(() => known().DATABASE_LISTEN_URL ?? known().DATABASE_URL ?? '');
  return { ...at(config, direct), renew: fresh?.renew };
}

/** What is read from it is always the newest that is known. */
function asKnown(address: () => string): ClientConfig {
  let last: { address: string; config: ClientConfig } | undefined;
  const config = () => {
    const newest = address();
    if (last?.address !== newest) last = { address: newest, config: connectionTo(newest) };
    return last.config;
  };
  return {
    get connectionString() {
      return config().connectionString;
    },
    get ssl() {
      return config().ssl;
    },
  };
}

function at(config: ClientConfig, direct = config): DatabasePlace {
  return { config, direct, stop: async () => {} };
}
