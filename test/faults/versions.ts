import { spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClientConfig } from 'pg';
import { migrate } from '../../src/stores/migrate.ts';
import { MIGRATIONS, readMigrations } from '../../src/stores/migrations.ts';
import { databaseUrl } from '../support/database-url.ts';
import { type PostgresServer, startPostgresServer } from '../support/postgres-server.ts';
import { runProgram } from '../support/program.ts';
import { sqlToSchema } from '../support/schema-engine.ts';
import { startServers } from '../support/server-process.ts';
import type { Fault, Notes } from './experiment.ts';
import { nobodyBeginsAnew, seconds } from './health.ts';
import type { Stage } from './stage.ts';
import { beginSignIn } from './visitors.ts';

const REPOSITORY = join(import.meta.dirname, '../..');
const TIMES = 20;
const AT_ONCE = 5;
const LATEST_KILL_MS = 500;
/** Sign-ins that stand at the page of the password while the version under them changes. */
const IN_PROGRESS = 500;

export const VERSION_FAULTS: Fault[] = [
  {
    id: 'F-30',
    what: 'five start and migrate at once, on nothing and on the schema of the version before',
    bar: { longestMs: 0, recoveryMs: 0 },
    sharesMachine: true,
    alone: startTogether,
  },
  {
    id: 'F-31',
    what: 'a migration is killed at a random moment, and begun again',
    bar: { longestMs: 0, recoveryMs: 0 },
    sharesMachine: true,
    alone: killMigrations,
  },
  {
    id: 'F-32',
    what: 'the version before, this one, and the version before again, one server after the other',
    stage: { how: async () => ({ home: versionBefore() }) },
    bar: { longestMs: 3000, recoveryMs: 2000, errors: 0 },
    hurt: rollThereAndBack,
    after: nobodyBeginsAnew,
  },
];

async function startTogether(notes: Notes): Promise<void> {
  const postgres = await startPostgresServer();
  const before = withoutNewest();
  let slowestMs = 0;
  for (let time = 0; time < TIMES; time += 1) {
    const config = await createDatabase(postgres, `many${time}`);
    if (time % 2 === 1) await migrate(config, { directory: before });
    const began = performance.now();
    const all = Array.from({ length: AT_ONCE }, () => startMigration(config));
    const heard = await Promise.all(all.map((program) => program.hear()));
    slowestMs = Math.max(slowestMs, performance.now() - began);
    const refused = heard.filter((one) => Object.keys(Object(one)).join() !== 'applied');
    if (refused.length > 0) notes.broken(`refused: ${JSON.stringify(refused)}`);
    if (!(await isWhole(config))) notes.broken('the schema is not what it should be');
  }
  notes.note(`${TIMES} times ${AT_ONCE} migrations at once, the slowest ${seconds(slowestMs)}`);
  for (const directory of [undefined, before]) {
    const config = await createDatabase(postgres, directory ? 'later' : 'first');
    if (directory) await migrate(config, { directory });
    const began = performance.now();
    const servers = await startServers(AT_ONCE, { DATABASE_URL: databaseUrl(config) });
    notes.note(`${AT_ONCE} servers ready after ${seconds(performance.now() - began)}`);
    await Promise.all(servers.map((server) => server.stop()));
  }
  rmSync(before, { recursive: true });
  await postgres.discard();
}

async function killMigrations(notes: Notes): Promise<void> {
  const postgres = await startPostgresServer();
  let killed = 0;
  for (let time = 0; time < TIMES; time += 1) {
    const config = await createDatabase(postgres, `killed${time}`);
    const first = startMigration(config);
    await sleep(randomInt(LATEST_KILL_MS));
    if (first.child.exitCode === null) killed += 1;
    await first.end('SIGKILL');
    const heard = await startMigration(config).hear();
    if (!Object.hasOwn(Object(heard), 'applied')) notes.broken(`then: ${JSON.stringify(heard)}`);
    if (!(await isWhole(config))) notes.broken('the schema is not what it should be');
  }
  notes.note(`${killed} of ${TIMES} killed in time; the next run ended each, nothing by hand`);
  await postgres.discard();
}

const startMigration = (config: ClientConfig) =>
  runProgram('migrate', { args: [JSON.stringify(config)] });

const isWhole = async (config: ClientConfig) =>
  (await sqlToSchema(config)).replaceAll(/^--.*$/gm, '').trim() === '';

async function createDatabase(postgres: PostgresServer, database: string) {
  await postgres.ask(`CREATE DATABASE ${database}`);
  return { ...postgres.config, database };
}

/** The migrations of the version before. */
function withoutNewest(): string {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-migrations-'));
  cpSync(MIGRATIONS, folder, { recursive: true });
  rmSync(join(folder, newestMigration()), { recursive: true });
  return folder;
}

function newestMigration(): string {
  return readMigrations().at(-1)?.name ?? '';
}

/** A checkout of what stood before the newest migration. */
export function versionBefore(): string {
  const path = `prisma/migrations/${newestMigration()}/migration.sql`;
  const added = git('log', '--diff-filter=A', '--format=%H', '-1', '--', path).trim();
  if (!added) throw new Error('there is no history here to take the version before from');
  const home = mkdtempSync(join(tmpdir(), 'gatehouse-before-'));
  process.once('exit', () => rmSync(home, { recursive: true, force: true }));
  const archive = spawnSync('git', ['-C', REPOSITORY, 'archive', `${added}^`], {
    maxBuffer: 256 * 1024 * 1024,
  });
  spawnSync('tar', ['-x', '-C', home], { input: archive.stdout });
  symlinkSync(join(REPOSITORY, 'node_modules'), join(home, 'node_modules'));
  const made = spawnSync(process.execPath, ['prisma/generate.js'], { cwd: home, encoding: 'utf8' });
  if (made.status !== 0) throw new Error(made.stderr);
  return home;
}

function git(...words: string[]): string {
  return spawnSync('git', ['-C', REPOSITORY, ...words], { encoding: 'utf8' }).stdout;
}

type Waiting = (() => Promise<void>)[];

/** Some sign-ins end on another version than they began on, in both directions. */
async function rollThereAndBack(stage: Stage, _patience: unknown, { note }: Notes): Promise<void> {
  const fromBefore = await begin(stage, IN_PROGRESS / 2);
  await migrate({ ...stage.postgres.config, database: 'gatehouse' });
  const old = stage.servers.slice();
  await replaceAll(stage, undefined);
  await finish(fromBefore.splice(0, IN_PROGRESS / 4));
  const fromNow = await begin(stage, IN_PROGRESS / 2);
  await replaceAll(stage, homeOf(old));
  await finish([...fromBefore, ...fromNow]);
  note(`${IN_PROGRESS} sign-ins were in progress while the version changed`);
}

const homeOf = ([server]: Stage['servers']): string =>
  (server?.child.spawnargs.find((word) => word.endsWith('/src/start.js')) ?? '').replace(
    /\/src\/start\.js$/,
    '',
  );

async function replaceAll(stage: Stage, home: string | undefined): Promise<void> {
  for (const server of stage.servers.slice()) {
    await stage.startServer(home === undefined ? {} : { home });
    await server.stop();
    stage.servers.splice(stage.servers.indexOf(server), 1);
  }
}

/** Few at a time: what is looked at is not how many come at once. */
const TOGETHER = 4;

async function begin({ world }: Stage, count: number): Promise<Waiting> {
  const waiting: Waiting = [];
  while (waiting.length < count) {
    waiting.push(
      ...(await Promise.all(Array.from({ length: TOGETHER }, () => beginSignIn(world)))),
    );
  }
  return waiting;
}

async function finish(waiting: Waiting): Promise<void> {
  for (let next = 0; next < waiting.length; next += TOGETHER) {
    await Promise.all(waiting.slice(next, next + TOGETHER).map((goOn) => goOn()));
  }
}
