import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { gatehouseProcess } from '../support/command-line.ts';
import { askDatabase } from './database.ts';
import { mailsIn } from './evidence.ts';
import type { Fault, Notes, Patience } from './experiment.ts';
import { seconds, staysUp } from './health.ts';
import { endLeases, openSupervisor } from './leases.ts';
import { p99 } from './measure.ts';
import type { Stage } from './stage.ts';

const MAIL_AGAIN = ({ what }: { what: string }) => what === 'a mail came twice';

/** The mail server, about each mail. */
const THINKS_MS = 700;
/** Within which it is stopped. */
const BETWEEN_MS = 1000;

export const WORKER_FAULTS: Fault[] = [
  {
    id: 'F-13',
    what: 'one of two workers stands still beyond the leases of its mails, and goes on',
    stage: { manner: { slowMs: THINKS_MS } },
    arrivals: { signUp: 0.7, resetPassword: 0.7, signIn: 0.3, most: 24 },
    bar: { longestMs: 3000, recoveryMs: 2000, errors: 0, allows: MAIL_AGAIN },
    hurt: pauseOne,
    during: untilTakenOver,
    heal: goOn,
    after: onceALease,
  },
  {
    id: 'F-45',
    what: 'five million rows have expired and are removed under load',
    bar: { longestMs: 3000, recoveryMs: 2000, errors: 0 },
    prepare: fillWithExpired,
    hurt: cleanUp,
  },
];

let paused: Stage['servers'][number] | undefined;
let held: string[] = [];
const TRIES = 30;

/** Nobody is sent to it any more: its jobs alone stand still, in the middle of what it says to the mail server. */
async function pauseOne(stage: Stage, _patience: Patience, { note, broken }: Notes): Promise<void> {
  await sleep(4000);
  [paused] = stage.servers.splice(0, 1);
  for (let tries = 0; tries < TRIES && held.length === 0; tries += 1) {
    paused?.child.kill('SIGCONT');
    await sleep(randomInt(BETWEEN_MS));
    paused?.child.kill('SIGSTOP');
    // Whoever still works has ended by then.
    await sleep(3 * THINKS_MS);
    held = await endLeases(stage, (2 * THINKS_MS) / 1000);
  }
  note(`${held.length} mails were in its hands`);
  if (held.length === 0) broken('it never had a mail in its hands');
}

/** A job is done again some seconds after it was taken from its worker. */
const TAKEN_OVER_MS = 60_000;

async function untilTakenOver(stage: Stage, { note, broken }: Notes): Promise<void> {
  const since = performance.now();
  const supervisor = await openSupervisor(stage);
  const missing = async () => {
    const sent = await askDatabase<{ id: string }>(
      stage,
      "SELECT id FROM mails WHERE state <> 'waiting'",
    );
    return held.filter((id) => !sent.some((mail) => mail.id === id)).length;
  };
  while ((await missing()) > 0 && performance.now() - since < TAKEN_OVER_MS) {
    await supervisor.look();
    await sleep(500);
  }
  await supervisor.close();
  const left = await missing();
  if (left > 0) broken(`${left} mails were not taken over`);
  else note(`the other one had sent them after ${seconds(performance.now() - since)}`);
}

function goOn(stage: Stage): void {
  if (!paused) return;
  paused.child.kill('SIGCONT');
  stage.servers.unshift(paused);
}

/** However often somebody was slow: a mail goes out once for each lease, and only once where none ended. */
async function onceALease(stage: Stage, notes: Notes): Promise<void> {
  await staysUp(stage, notes);
  const rows = await askDatabase<{ id: string; tries: number }>(
    stage,
    'SELECT id, tries FROM mails',
  );
  const tries = new Map(rows.map((row) => [row.id, row.tries]));
  const came = new Map<string, number>();
  for (const { id } of mailsIn(stage.mails)) came.set(id, (came.get(id) ?? 0) + 1);
  const twice = [...came].filter(([, times]) => times > 1);
  notes.note(`${twice.length} of ${came.size} mails came twice`);
  const more = twice.filter(([id, times]) => times > (tries.get(id) ?? 0) || !held.includes(id));
  if (more.length > 0) notes.broken(`${more.length} mails came more often than leases ended`);
}

const EXPIRED = {
  revoked_tokens: `INSERT INTO revoked_tokens (id, expires_at)
    SELECT 'expired' || n, now() - n * interval '1 ms' FROM generate_series(1, 2000000) n`,
  code_exchanges: `INSERT INTO code_exchanges (id, attempt, begun_at, expires_at)
    SELECT 'expired' || n, 'one', now() - interval '1 day', now() - n * interval '1 ms' FROM generate_series(1, 2000000) n`,
  audit_events: `INSERT INTO audit_events (at, name, actor, details)
    SELECT now() - interval '5 years' - n * interval '1 s', 'signed-in', 'person', '{"remembered":false}' FROM generate_series(1, 1000000) n`,
};
const LIVING = `INSERT INTO revoked_tokens (id, expires_at)
  SELECT 'living' || n, now() + interval '1 hour' FROM generate_series(1, 1000) n`;
const LEFT = `SELECT (SELECT count(*) FROM revoked_tokens WHERE id LIKE 'expired%')::int
    + (SELECT count(*) FROM code_exchanges WHERE id LIKE 'expired%')::int
    + (SELECT count(*) FROM audit_events WHERE at < now() - interval '4 years')::int AS expired,
  (SELECT count(*) FROM revoked_tokens WHERE id LIKE 'living%')::int AS living`;

/** The clock alone would begin too early. */
async function fillWithExpired(stage: Stage): Promise<void> {
  await askDatabase(stage, "DELETE FROM pgboss.schedule WHERE name = 'clean-up'");
  for (const fill of [...Object.values(EXPIRED), LIVING]) await askDatabase(stage, fill);
  await askDatabase(stage, 'ANALYZE');
  await stage.postgres.ask('CHECKPOINT');
}

/** More to compare with than the usual ten seconds. */
const BEFORE_MS = 20_000;
const SLOWER = 1.5;

async function cleanUp(stage: Stage, _patience: Patience, { note, broken }: Notes): Promise<void> {
  await sleep(BEFORE_MS);
  const began = performance.now();
  const env = { ...stage.env, ISSUER: stage.issuer };
  const { code, err } = await gatehouseProcess(['jobs', 'run', 'clean-up'], { env });
  const ended = performance.now();
  if (code !== 0) broken(`the clean-up failed: ${err}`);
  const [left] = await askDatabase<{ expired: number; living: number }>(stage, LEFT);
  note(`removed in ${seconds(ended - began)}, ${left?.expired} left`);
  if (left?.expired !== 0) broken(`I-19: ${left?.expired} expired rows are left`);
  if (left?.living !== 1000) broken('I-19: rows that had not expired are gone');
  const { calls } = stage.recorder;
  const within = (from: number, to: number) =>
    p99(calls.filter(({ startedAt, endedAt }) => startedAt >= from && endedAt < to));
  const [before, meanwhile] = [within(0, began), within(began, ended)];
  note(`p99 ${Math.round(meanwhile)} ms, ${Math.round(before)} ms before`);
  if (meanwhile > SLOWER * before) broken(`p99 ${(meanwhile / before).toFixed(1)} times as long`);
}
