import { setTimeout as sleep } from 'node:timers/promises';
import { gather } from './evidence.ts';
import { type Finding, judge } from './judge.ts';
import { type Arrivals, openLoad } from './load.ts';
import { detailsOf } from './details.ts';
import { type Measured, type Times, measure, reasons } from './measure.ts';
import type { Kind } from './record.ts';
import { type Stage, type StageOptions, openStage } from './stage.ts';

/** One way in which something breaks, and what is promised about it. */
export interface Fault {
  id: string;
  what: string;
  /** What must hold beside that nothing is lost, duplicated or wrong. */
  bar: Bar;
  stage?: StageOptions;
  /** Its judge looks at no times: other things may go on beside it. */
  sharesMachine?: true;
  /** Once the servers are there, before anybody comes. */
  prepare?(stage: Stage): Promise<void>;
  /** How many come, where it is not the usual. */
  arrivals?: Arrivals;
  /** Where nobody has to come meanwhile: all of it, and what is seen. */
  alone?: (notes: Notes) => Promise<void>;
  /** Breaks it; ends when it is broken. */
  hurt?(stage: Stage, patience: Patience, notes: Notes): Promise<void> | void;
  /** Mends it, where it does not pass by itself. */
  heal?(stage: Stage): Promise<void> | void;
  /** While it is broken, or when all is over: what else is seen. */
  during?(stage: Stage, notes: Notes, patience: Patience): Promise<void>;
  after?(stage: Stage, notes: Notes): Promise<void>;
}

export interface Patience {
  outageMs: number;
}

export interface Notes {
  /** Stands in the table. */
  note: (what: string) => void;
  /** A promise that does not hold. */
  broken: (what: string) => void;
  /** There is nothing yet that could break. */
  notYet: (what: string) => void;
}

export interface Bar {
  /** Beyond what was the longest before, for the machine may be busy with other things. */
  longestMs: number;
  recoveryMs: number;
  /** Kinds of requests that may fail meanwhile; of all others none. */
  mayFail?: readonly Kind[] | 'all';
  /** At most so many errors. */
  errors?: number | ((stage: Stage) => number);
  /** Findings that belong to the fault: how many of which invariant. */
  allows?: (finding: Finding) => boolean;
}

export interface Outcome {
  id: string;
  what: string;
  lost: number;
  duplicated: number;
  wrong: number;
  errors: number;
  calls: number;
  longestMs: number;
  recoveryMs: number | undefined;
  baselineP99Ms: number;
  baselineLongestMs: number;
  notes: string[];
  broken: string[];
  notYet?: string;
  /** From the start of its parts to the verdict. */
  tookMs?: number;
  /** Many lines, for whoever looks for the cause. */
  details: string;
}

const WARM_UP_MS = 4000;
const BASELINE_MS = 10_000;
const CALM_MS = 11_000;
const LONGEST_RECOVERY_MS = 40_000;

export async function experiment(fault: Fault, patience: Patience): Promise<Outcome> {
  return fault.alone ? withoutLoad(fault, fault.alone) : underLoad(fault, patience);
}

const NOTHING = { lost: 0, duplicated: 0, wrong: 0, errors: 0, calls: 0, longestMs: 0 };

async function withoutLoad(
  { id, what }: Fault,
  alone: NonNullable<Fault['alone']>,
): Promise<Outcome> {
  const seen = openNotes();
  await alone(seen.noting);
  const times = { recoveryMs: 0, baselineP99Ms: 0, baselineLongestMs: 0 };
  return { id, what, ...NOTHING, ...times, ...seen.noted, details: '' };
}

type Noted = Pick<Outcome, 'notes' | 'broken' | 'notYet'>;

function openNotes(): { noting: Notes; noted: Noted } {
  const noted: Noted = { notes: [], broken: [] };
  return {
    noted,
    noting: {
      note: (what) => noted.notes.push(what),
      broken: (what) => noted.broken.push(what),
      notYet: (what) => void (noted.notYet = what),
    },
  };
}

async function underLoad(fault: Fault, patience: Patience): Promise<Outcome> {
  const stage = await openStage(fault.stage);
  const { recorder, world } = stage;
  const leave = () => void stage.close().finally(() => process.exit(1));
  process.once('SIGINT', leave).once('SIGTERM', leave);
  const { noting, noted } = openNotes();
  try {
    await fault.prepare?.(stage);
    const load = openLoad(world, fault.arrivals);
    await sleep(WARM_UP_MS);
    forget(recorder.calls);
    await sleep(BASELINE_MS);
    const hurtAt = performance.now();
    await fault.hurt?.(stage, patience, noting);
    await Promise.all([
      fault.during?.(stage, noting, patience),
      fault.heal && sleep(patience.outageMs - (performance.now() - hurtAt)),
    ]);
    await fault.heal?.(stage);
    const healedAt = performance.now();
    const times = { hurtAt, healedAt, stoppedAt: await calmAgain(stage, hurtAt, healedAt) };
    await load.stop();
    await fault.after?.(stage, noting);
    const measured = measure(recorder.calls, times);
    const evidence = await gather(stage, recorder.facts);
    const findings = await judge({ ...recorder, evidence });
    return outcomeOf(fault, stage, { measured, findings, times, ...noted });
  } finally {
    process.off('SIGINT', leave).off('SIGTERM', leave);
    await stage.close();
  }
}

/** What the first seconds of a cold server took says nothing. */
function forget(calls: unknown[]): void {
  calls.length = 0;
}

async function calmAgain(stage: Stage, hurtAt: number, healedAt: number): Promise<number> {
  const judgeNow = (): Times => ({ hurtAt, healedAt, stoppedAt: performance.now() });
  await sleep(CALM_MS);
  while (performance.now() - healedAt < LONGEST_RECOVERY_MS) {
    if (measure(stage.recorder.calls, judgeNow()).recoveryMs !== undefined) break;
    await sleep(1000);
  }
  return performance.now();
}

function outcomeOf(
  { id, what, bar }: Fault,
  stage: Stage,
  seen: {
    measured: Measured;
    findings: Finding[];
    times: Times;
    notes: string[];
    broken: string[];
  },
): Outcome {
  const { measured, notes, broken } = seen;
  const findings = seen.findings.filter((finding) => !bar.allows?.(finding));
  const allowed = seen.findings.length - findings.length;
  if (allowed > 0) notes.push(`${allowed} that belong to the fault`);
  broken.push(...tallied(findings), ...missed(bar, measured, stage));
  const again = stage.recorder.facts.filter((fact) => fact.is === 'ended' && fact.anew > 0);
  if (again.length > 0) notes.push(`${again.length} visits begun anew`);
  const count = (is: Finding['is']) => findings.filter((finding) => finding.is === is).length;
  return {
    id,
    what,
    lost: count('lost'),
    duplicated: count('duplicated'),
    wrong: count('wrong'),
    errors: measured.errors,
    calls: measured.calls,
    longestMs: measured.longestMs,
    recoveryMs: measured.recoveryMs,
    baselineP99Ms: measured.baselineP99Ms,
    baselineLongestMs: measured.baselineLongestMs,
    notes,
    broken,
    details: detailsOf(stage, measured, seen.times),
  };
}

function tallied(findings: readonly Finding[]): string[] {
  const tally = new Map<string, number>();
  for (const { invariant, is, what } of findings) {
    const name = `${is} (${invariant}): ${what}`;
    tally.set(name, (tally.get(name) ?? 0) + 1);
  }
  return [...tally].map(([name, count]) => `${count} ${name}`);
}

function missed(bar: Bar, measured: Measured, stage: Stage): string[] {
  return [...tooLate(bar, measured), ...tooMany(bar, measured, stage), ...notSpared(bar, measured)];
}

function* tooLate(bar: Bar, measured: Measured): Generator<string> {
  const { longestMs, longestWhat, recoveryMs } = measured;
  if (longestMs > bar.longestMs + measured.baselineLongestMs) {
    yield `longest request ${Math.round(longestMs)} ms (${longestWhat}), promised ${bar.longestMs} ms`;
  }
  if (recoveryMs === undefined) yield 'it did not recover';
  else if (recoveryMs > bar.recoveryMs) {
    yield `recovery ${Math.round(recoveryMs)} ms, promised ${bar.recoveryMs} ms`;
  }
}

function* tooMany(bar: Bar, { errors, stray, curt }: Measured, stage: Stage): Generator<string> {
  const most = typeof bar.errors === 'function' ? bar.errors(stage) : (bar.errors ?? Infinity);
  if (errors > most) yield `${errors} errors, promised ${most}`;
  if (stray.length > 0) yield `${stray.length} errors outside the fault: ${reasons(stray)}`;
  if (curt.length > 0) yield `${curt.length} answers of 503 without Retry-After: ${reasons(curt)}`;
}

function* notSpared({ mayFail = [] }: Bar, { byKind }: Measured): Generator<string> {
  if (mayFail === 'all') return;
  for (const [kind, { errors }] of byKind) {
    if (errors.length > 0 && !mayFail.includes(kind)) {
      yield `${errors.length} errors of ${kind}: ${reasons(errors)}`;
    }
  }
}

/** How many requests were under way then, beside those that ended. */
export const underWayAt = ({ recorder: { calls } }: Stage, at: number): number =>
  calls.filter(({ startedAt, endedAt }) => startedAt <= at && endedAt >= at).length;
