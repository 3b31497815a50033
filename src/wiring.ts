import { argon2Hasher, hashesAtOnce } from './passwords/argon2-hasher.ts';
import type { PasswordHasher } from './passwords/hasher.ts';
import type { Atomically } from './transactions/atomically.ts';
import { type Durable, durablePorts } from './stores/postgres/durable.ts';
import { CannotStart } from './process/cannot-start.ts';
import { type Database, openDatabase } from './stores/postgres/database.ts';
import type { Rooms } from './app.ts';
import { allAnswer } from './health/health.ts';
import type { ErrorPage } from './http/error-pages.ts';
import { plainErrorPage } from './http/plain-error-page.ts';
import type { Logger } from './logging/logger.ts';
import type { Settings } from './settings/settings.ts';

/** Every part, opened and put together. The one file that knows them all. */
export interface House extends Durable {
  settings: Settings;
  atomically: Atomically<Durable>;
  hasher: PasswordHasher;
  now: () => Date;
  close(): Promise<void>;
}

export function furnish(settings: Settings, database: Database): House {
  return {
    settings,
    ...durablePorts(database.prisma),
    atomically: (work) => database.prisma.$transaction((tx) => work(durablePorts(tx))),
    hasher: argon2Hasher({ atOnce: hashesAtOnce(settings.GATEHOUSE_WORKERS) }),
    now: () => new Date(),
    close: () => database.close(),
  };
}

/** The house with its doors open: what the server answers with. */
export interface OpenHouse extends House {
  rooms: Rooms;
  errorPage: ErrorPage;
  /** Whether the stores answer, within a second. */
  isReady(): Promise<boolean>;
}

export interface OpenHouseOptions {
  log: Logger;
  now?: () => Date;
}

/** Opens everything, in order; what is open is closed again when the next part fails. */
export async function openHouse(
  settings: Settings,
  { now = () => new Date() }: OpenHouseOptions,
): Promise<OpenHouse> {
  if (!settings.DATABASE_URL) throw new CannotStart('Set DATABASE_URL.');
  const database = openDatabase({ connectionString: settings.DATABASE_URL });
  const house = { ...furnish(settings, database), now };
  return {
    ...house,
    rooms: {
      cookieKeys: [],
      documents: (_ctx, next) => next(),
      pages: [],
      provider: (_ctx, next) => next(),
    },
    errorPage: plainErrorPage,
    isReady: () => allAnswer([() => database.pool.query('SELECT 1')]),
  };
}

/** With several processes the leader owns the embedded database. */
export async function openEmbeddedFor(
  _settings: Settings,
): Promise<{ close(): Promise<void> } | undefined> {
  return undefined;
}
