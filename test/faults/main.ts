import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CLIENT_FAULTS } from './clients.ts';
import { DISK_FAULTS } from './disks.ts';
import { type Fault, type Outcome, type Patience, experiment } from './experiment.ts';
import { KILL_FAULTS } from './kills.ts';
import { MAIL_FAULTS } from './mail.ts';
import { NAME_FAULTS } from './names.ts';
import { POSTGRES_FAULTS } from './postgres.ts';
import { PROCESS_FAULTS } from './processes.ts';
import { REDIS_FAULTS } from './redis.ts';
import { DECIDED_ELSEWHERE, tableOf } from './table.ts';
import { SIGN_OUT_FAULTS } from './sign-outs.ts';
import { VAULT_FAULTS } from './vault.ts';
import { VERSION_FAULTS } from './versions.ts';
import { WORKER_FAULTS } from './workers.ts';

/** Every way to break it that is tried, in the order of their numbers. */
const FAULTS: Fault[] = [
  ...POSTGRES_FAULTS,
  ...REDIS_FAULTS,
  ...MAIL_FAULTS,
  ...KILL_FAULTS,
  ...PROCESS_FAULTS,
  ...VAULT_FAULTS,
  ...NAME_FAULTS,
  ...WORKER_FAULTS,
  ...CLIENT_FAULTS,
  ...SIGN_OUT_FAULTS,
  ...DISK_FAULTS,
  ...VERSION_FAULTS,
].toSorted((one, other) => numberOf(one) - numberOf(other));

const FOLDER = join(import.meta.dirname, '../../data/faults');
const OUTAGE_S = 30;

export interface Wish {
  /** Like F-14; without any: all. */
  ids: readonly string[];
  outageS?: number;
  /** Those that share the machine with something else, or those that have it for themselves. */
  beside: boolean;
}

const outcomes: Outcome[] = [];

/** One after the other. Keeps the table in data/faults, and answers what they did. */
export async function faults({ ids, outageS = OUTAGE_S, beside }: Wish): Promise<Outcome[]> {
  mkdirSync(FOLDER, { recursive: true });
  const mine: Outcome[] = [];
  for (const fault of FAULTS) {
    const isWanted = ids.length === 0 || fault.id.split(', ').some((id) => ids.includes(id));
    if (!isWanted || (fault.sharesMachine ?? false) !== beside) continue;
    const outcome = await tried(fault, { outageMs: outageS * 1000 });
    mine.push(outcome);
    console.log(tableOf([outcome]));
    keep(outcome);
  }
  return mine;
}

function keep(outcome: Outcome): void {
  outcomes.push(outcome);
  outcomes.sort((one, other) => numberOf(one) - numberOf(other));
  writeFileSync(join(FOLDER, `${outcome.id}.txt`), outcome.details);
  writeFileSync(join(FOLDER, 'table.md'), tableOf(outcomes) + DECIDED_ELSEWHERE);
  writeFileSync(join(FOLDER, 'table.json'), JSON.stringify(outcomes, withoutDetails, 2));
}

async function tried(fault: Fault, patience: Patience): Promise<Outcome> {
  console.log(`${fault.id} ${fault.what} …`);
  const began = performance.now();
  const outcome = await experiment(fault, patience).catch((error: unknown) =>
    untried(fault, error),
  );
  return { ...outcome, tookMs: performance.now() - began };
}

/** One that could not even be run holds up none of the others. */
function untried({ id, what }: Fault, error: unknown): Outcome {
  const details = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const nothing = { lost: 0, duplicated: 0, wrong: 0, errors: 0, calls: 0 };
  const times = { longestMs: 0, recoveryMs: undefined, baselineP99Ms: 0, baselineLongestMs: 0 };
  const broken = [`it could not be run: ${details.split('\n')[0]}`];
  return { id, what, ...nothing, ...times, notes: [], broken, details };
}

const withoutDetails = (key: string, value: unknown) => (key === 'details' ? undefined : value);

function numberOf({ id }: Pick<Fault, 'id'>): number {
  return Number.parseInt(id.replace('F-', ''), 10);
}
