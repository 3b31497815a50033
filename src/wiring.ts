import { argon2Hasher, hashesAtOnce } from './passwords/argon2-hasher.ts';
import type { PasswordHasher } from './passwords/hasher.ts';
import type { Atomically } from './transactions/atomically.ts';
import { type Durable, durablePorts } from './stores/postgres/durable.ts';
import { type Database } from './stores/postgres/database.ts';
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
