import { type Brand, brandOf } from './brand/brand.ts';
import { type Keys, deriveKeys } from './crypto/derived-keys.ts';
import { keyLifetimes } from './keys/key-lifetimes.ts';
import type { KeyCareDeps } from './keys/make-keys.ts';
import { type SigningPlaces, type SigningPlacesDeps, signingPlaces } from './keys/open-keys.ts';
import { rotateIfDue } from './keys/rotate.ts';
import { watchedTrail } from './audit/watched-trail.ts';
import type { JobOverview, JobQueue, JobWork } from './jobs/queue.ts';
import { watchedWork } from './jobs/watched-work.ts';
import { openMailer } from './mail/open-mailer.ts';
import { type Postman, openPostman } from './mail/postman.ts';
import { resumeMails } from './mail/resume-mails.ts';
import { sendMail } from './mail/send-mail.ts';
import { letterWriter } from './mail/templates.ts';
import { watchedMailer, watchedSending } from './mail/watched-mail.ts';
import {
  type Argon2Hasher,
  type Argon2Options,
  argon2Hasher,
  hashesAtOnce,
} from './passwords/argon2-hasher.ts';
import { openPasswordRules } from './passwords/open-rules.ts';
import type { PasswordRules } from './passwords/policy.ts';
import { mailProof } from './proofs/mail-proof.ts';
import { writeProofLetter } from './proofs/write-proof-letter.ts';
import { closedInReverse } from './process/closing.ts';
import { generatedSecret } from './settings/generated-secret.ts';
import type { Fresh } from './settings/fresh.ts';
import type { Settings } from './settings/settings.ts';
import { bringUpToDate, reachDatabase, testGround } from './stores/database-place.ts';
import { cleanUp } from './stores/postgres/clean-up.ts';
import { type Database, type Db, openDatabase } from './stores/postgres/database.ts';
import { type Durable, durablePorts } from './stores/postgres/durable.ts';
import { type PostgresJobs, postgresJobs } from './stores/postgres/jobs.ts';
import type { Atomically } from './transactions/atomically.ts';
import type { Vault } from './vault/vault.ts';
import { type Watch, heldBack } from './watching/watch.ts';

/** What a change may write, in one transaction. */
export interface Ports extends Durable {
  jobs: JobQueue;
}

/** The ports and what goes with them: all that a command needs, and what the rooms of a server stand on. */
export interface House extends Ports {
  settings: Settings;
  brand: Brand;
  atomically: Atomically<Ports>;
  /** What each job does. */
  chores: JobWork;
  jobOverview(): Promise<JobOverview[]>;
  /** Who takes mails away. */
  postman: Postman;
  hasher: Argon2Hasher;
  /** Which passwords may be chosen. */
  passwordRules: PasswordRules;
  /** Who looks on, if anybody does. */
  watch: Watch | undefined;
  /** All that follows from GATEHOUSE_SECRET. */
  keys: Keys;
  /** Where the keys live that sign tokens. */
  signing: SigningPlaces;
  now: () => Date;
  close(): Promise<void>;
}

/** The ports on an open database: light enough for a command. */
export function furnish(settings: Settings, furniture: Furniture): House {
  const {
    database,
    jobs,
    now = () => new Date(),
    onDisturbance = unheard,
    hashing,
    watch,
  } = furniture;
  const ports = (db: Db, seenBy = watch): Ports => {
    const durable = durablePorts(db);
    const audit = seenBy ? watchedTrail(durable.audit, seenBy) : durable.audit;
    return { ...durable, audit, jobs: jobs.queue(db) };
  };
  const brand = brandOf(settings);
  const keys = deriveKeys(settings.GATEHOUSE_SECRET ?? [generatedSecret(settings.DATA_DIR)]);
  const house = {
    settings,
    brand,
    ...ports(database.prisma),
    watch,
    async atomically<T>(work: (ports: Ports) => Promise<T>) {
      const told = watch && heldBack(watch);
      const done = await database.prisma.$transaction((tx) => work(ports(tx, told?.watch)));
      told?.tell();
      return done;
    },
    hasher: argon2Hasher({
      atOnce: hashesAtOnce(settings.GATEHOUSE_WORKERS),
      watch,
      ...(hashing && { parameters: hashing }),
    }),
    passwordRules: openPasswordRules({
      brand: brand.name,
      issuer: settings.ISSUER,
      breachedUrl: settings.GATEHOUSE_BREACHED_PASSWORDS,
      onAway: onDisturbance,
    }),
    keys,
    signing: signingPlaces(settings, { vault: undefined, ...keys, ...furniture }),
    now,
  };
  const postman = postmanOf(house, furniture.fresh);
  const chores: JobWork = {
    async 'clean-up'() {
      await cleanUp(database.pool, { auditS: settings.GATEHOUSE_TTL_AUDIT });
      await resumeMails(house);
    },
    'rotate-keys': async () => void (await rotateIfDue(keyCare(house, { actor: 'system' }))),
    'mail-proof': ({ proofId }) => mailProof(house, proofId),
    'send-mail': ({ mailId }) => postman.carry(mailId),
  };
  return {
    ...house,
    postman,
    chores: watch ? watchedWork(chores, watch) : chores,
    jobOverview: () => jobs.overview(),
    close: () => database.close(),
  };
}

interface Furniture extends Partial<Omit<SigningPlacesDeps, 'encryption'>> {
  database: Database;
  jobs: PostgresJobs;
  now?: (() => Date) | undefined;
  /** Told what goes wrong without being in anybody's way. */
  onDisturbance?: (error: unknown) => void;
  /** What a password's hash costs, where it is not the point. */
  hashing?: Argon2Options['parameters'];
  watch?: Watch | undefined;
  fresh?: Fresh | undefined;
}

/** The house before anybody works in it. */
type Furnished = Omit<House, 'chores' | 'postman' | 'jobOverview' | 'close'>;

function postmanOf(house: Furnished, fresh: Fresh | undefined): Postman {
  const { settings, brand, watch, letterbox } = house;
  const opened = openMailer(settings, letterbox, fresh);
  const mailer = watch ? watchedMailer(opened, watch) : opened;
  const writeLetter = letterWriter({ brand, issuer: settings.ISSUER });
  const writeLetterOf = (proofId: string) => writeProofLetter(house, proofId);
  const send = (mailId: string) =>
    sendMail({ ...house, mailer, writeLetter, writeProofLetter: writeLetterOf }, mailId);
  return openPostman(watch ? watchedSending(send, watch) : send, mailer);
}

/** What every use case of keys/ needs. */
export function keyCare(
  house: Pick<House, 'signingKeys' | 'atomically' | 'settings' | 'keys' | 'signing' | 'now'>,
  by: KeyCareDeps['by'],
): KeyCareDeps {
  const { signingKeys, atomically, now } = house;
  return {
    signingKeys,
    atomically,
    now,
    by,
    encryption: house.keys.encryption,
    home: house.signing.home,
    lifetimes: keyLifetimes(house.settings),
  };
}

/** For a command: beside a running server (its embedded database too), or without one. It may be the first to come. */
export async function enterHouse(
  settings: Settings,
  openedVault?: () => Promise<Vault | undefined>,
): Promise<House> {
  const closing = closedInReverse();
  try {
    const place = await reachDatabase(settings);
    closing.add(() => place.stop());
    // What only reads may do so on a standby; a migration may not.
    if (settings.GATEHOUSE_MIGRATE === 'on-start') await testGround(place.direct);
    await bringUpToDate(place.direct, settings.GATEHOUSE_MIGRATE);
    const database = openDatabase(place.config, { max: 2, statementMs: 30_000 });
    closing.add(() => database.close());
    const jobs = postgresJobs({ config: place.direct, worker: false, onError: unheard });
    closing.add(() => jobs.close());
    const vault = await openedVault?.();
    return { ...furnish(settings, { database, jobs, vault }), close: closing.close };
  } catch (error) {
    await closing.close();
    throw error;
  }
}

/** A fault ends the command, and is told there. */
const unheard = () => {};
