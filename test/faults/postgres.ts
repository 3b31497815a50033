import { spawnSync } from 'node:child_process';
import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { type PostgresServer, startPostgresServer } from '../support/postgres-server.ts';
import type { Fault, Notes } from './experiment.ts';
import { rssOf, staysUp, turnsRed } from './health.ts';
import { p99 } from './measure.ts';
import { KINDS } from './record.ts';
import type { Stage } from './stage.ts';

/** Keys and discovery are answered from memory, whatever is away. */
const ALL_BUT_DOCUMENTS = KINDS.filter((kind) => kind !== 'documents');
/** What a mail server had taken when the word of it was lost goes out again, under its old Message-ID. */
const MAIL_AGAIN = ({ what }: { what: string }) => what === 'a mail came twice';

export const POSTGRES_FAULTS: Fault[] = [
  {
    id: 'F-1',
    what: 'PostgreSQL crashes and is away',
    bar: { longestMs: 3000, recoveryMs: 5000, mayFail: ALL_BUT_DOCUMENTS, allows: MAIL_AGAIN },
    hurt: ({ postgres }) => postgres.stop('immediate'),
    during: turnsRed,
    heal: ({ postgres }) => postgres.start(),
    after: staysUp,
  },
  {
    id: 'F-2',
    what: 'PostgreSQL is restarted',
    bar: { longestMs: 3000, recoveryMs: 3000, mayFail: ALL_BUT_DOCUMENTS, allows: MAIL_AGAIN },
    async hurt({ postgres }) {
      await postgres.stop('fast');
      await postgres.start();
    },
    after: staysUp,
  },
  {
    id: 'F-3',
    what: 'PostgreSQL says nothing, then resets every connection',
    bar: { longestMs: 3000, recoveryMs: 6400, mayFail: ALL_BUT_DOCUMENTS, allows: MAIL_AGAIN },
    hurt: ({ ways }) => ways.postgres.blackHole(),
    during: turnsRed,
    heal({ ways }) {
      ways.postgres.reset();
      ways.postgres.heal();
    },
    after: staysUp,
  },
  {
    id: 'F-4',
    what: 'PostgreSQL answers 200 ms later each way',
    bar: { longestMs: 6000, recoveryMs: 5000, mayFail: ALL_BUT_DOCUMENTS, allows: MAIL_AGAIN },
    hurt: ({ ways }) => ways.postgres.delay(200, 200),
    during: slowButFlat,
    heal: ({ ways }) => ways.postgres.heal(),
    after: staysUp,
  },
  {
    id: 'F-5',
    what: 'a lock on the accounts holds up every connection of the pool',
    bar: { longestMs: 3000, recoveryMs: 2000, mayFail: ALL_BUT_DOCUMENTS, allows: MAIL_AGAIN },
    hurt: lockAccounts,
    during: staysReady,
    heal: unlockAccounts,
    after: staysUp,
  },
  {
    id: 'F-6',
    what: 'the standby of PostgreSQL takes over, the old one is read-only',
    bar: { longestMs: 3000, recoveryMs: 10_000, mayFail: ALL_BUT_DOCUMENTS, allows: MAIL_AGAIN },
    prepare: addStandby,
    hurt: makeReadOnly,
    heal: failOver,
    after: staysUp,
  },
  {
    id: 'F-8',
    what: 'the disk of PostgreSQL is full',
    bar: { longestMs: 3000, recoveryMs: 5000, mayFail: ALL_BUT_DOCUMENTS, allows: MAIL_AGAIN },
    prepare: moveToSmallDisk,
    hurt: fillDisk,
    heal: freeDisk,
    after: staysUp,
  },
];

async function slowButFlat(stage: Stage, { note, broken }: Notes): Promise<void> {
  const before = rssOf(stage);
  const since = performance.now();
  await sleep(8000);
  const quick = p99(stage.recorder.calls.filter(({ startedAt }) => startedAt >= since));
  const grown = rssOf(stage) - before;
  note(`p99 ${Math.round(quick)} ms, memory ${grown >= 0 ? '+' : ''}${grown} MB`);
  if (grown > 60) broken(`memory grew by ${grown} MB`);
}

let lock: Client | undefined;

/** Longer than any statement may take, and again as soon as it is let go. */
async function lockAccounts({ postgres }: Stage): Promise<void> {
  lock = new Client({ ...postgres.config, database: 'gatehouse' });
  await lock.connect();
  await lock.query('BEGIN; LOCK TABLE accounts IN ACCESS EXCLUSIVE MODE');
}

async function unlockAccounts(): Promise<void> {
  await lock?.end();
}

/** A pool that is full is no reason to send everybody to another server, whose pool is as full. */
async function staysReady({ servers }: Stage, { broken }: Notes): Promise<void> {
  await sleep(3000);
  for (const server of servers) {
    const { status } = await server.ask('/health/ready');
    if (status !== 200) broken('a server is not ready, although its database answers');
  }
}

let standby: PostgresServer | undefined;

/** Everything that is committed is on both. */
async function addStandby({ postgres }: Stage): Promise<void> {
  await postgres.stop('fast');
  standby = await startPostgresServer({
    standbyOf: postgres,
    settings: [
      `primary_conninfo=host=${postgres.config.host ?? ''} user=postgres application_name=standby`,
    ],
    starts: false,
  });
  await postgres.start();
  await standby.start();
  await postgres.ask("ALTER SYSTEM SET synchronous_standby_names = '*'", 'SELECT pg_reload_conf()');
}

async function makeReadOnly({ postgres }: Stage): Promise<void> {
  await postgres.ask(
    'ALTER SYSTEM SET default_transaction_read_only = on',
    'SELECT pg_reload_conf()',
  );
}

/** The way leads to the new one; whoever still holds the old one is told that it is read-only. */
async function failOver(stage: Stage): Promise<void> {
  const { postgres, ways } = stage;
  if (!standby) return;
  await standby.ask('SELECT pg_promote()', "ALTER SYSTEM SET synchronous_standby_names = ''");
  await standby.ask('SELECT pg_reload_conf()');
  ways.postgres.leadTo({ path: standby.socket });
  const old = { ...postgres };
  stage.atClose.push(() => old.discard());
  Object.assign(postgres, standby);
}

const MEGABYTES = 120;
let disk = '';

async function moveToSmallDisk({ postgres, atClose }: Stage): Promise<void> {
  disk = mkdtempSync(join(tmpdir(), 'gatehouse-disk-'));
  const { status, stderr } = spawnSync(
    'mount',
    ['-t', 'tmpfs', '-o', `size=${MEGABYTES}m,mode=0777`, 'tmpfs', disk],
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`no small disk: ${stderr}`);
  atClose.push(() => spawnSync('umount', ['-l', disk]));
  chownSync(disk, 65_534, 65_534);
  await postgres.ask(
    `CREATE TABLESPACE small LOCATION '${disk}'`,
    'ALTER DATABASE gatehouse ALLOW_CONNECTIONS false',
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'gatehouse'",
    'ALTER DATABASE gatehouse SET TABLESPACE small',
    'ALTER DATABASE gatehouse ALLOW_CONNECTIONS true',
  );
}

function fillDisk(): void {
  spawnSync('dd', ['if=/dev/zero', `of=${join(disk, 'filler')}`, 'bs=64k'], { stdio: 'ignore' });
  writeFileSync(join(disk, 'full'), '');
}

function freeDisk(): void {
  rmSync(join(disk, 'filler'));
}
