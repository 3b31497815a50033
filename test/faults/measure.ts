import type { Call, Kind } from './record.ts';

/** When what was done, of performance.now(). */
export interface Times {
  hurtAt: number;
  healedAt: number;
  /** Nobody new came after that. */
  stoppedAt: number;
}

export interface Measured {
  calls: number;
  /** No answer, or 500 and above, between hurt and recovery. */
  errors: number;
  /** The same of requests that began before the fault, or after recovery. */
  stray: Call[];
  /** Answers of 503 that do not say when to come back. */
  curt: Call[];
  byKind: Map<Kind, { calls: number; errors: Call[] }>;
  /** The longest that began in the fault or later. */
  longestMs: number;
  longestWhat: string;
  baselineP99Ms: number;
  /** What the machine alone makes of the longest. */
  baselineLongestMs: number;
  /** From the end of the fault until ten seconds without an error began, as quick as before; undefined: it did not. */
  recoveryMs: number | undefined;
}

const CALM_MS = 10_000;
/** On a busy machine no slower counts as slow. */
const QUICK_MS = 1000;
const STEP_MS = 50;

export const isError = ({ status }: Call) => status === 0 || status >= 500;
export const lasted = ({ startedAt, endedAt }: Call) => endedAt - startedAt;

export function measure(calls: readonly Call[], times: Times): Measured {
  const during = calls.filter(({ endedAt }) => endedAt >= times.hurtAt);
  const before = calls.filter(({ endedAt }) => endedAt < times.hurtAt);
  const baselineP99Ms = p99(before);
  const recoveryMs = recovery(calls, times, Math.max(QUICK_MS, 2 * baselineP99Ms));
  const wellAt = times.healedAt + (recoveryMs ?? Infinity);
  const errors = calls.filter(isError);
  const inside = errors.filter((call) => call.endedAt >= times.hurtAt && call.startedAt < wellAt);
  const longest = during.reduce<Call | undefined>(
    (most, call) => (most && lasted(most) >= lasted(call) ? most : call),
    undefined,
  );
  return {
    calls: calls.length,
    errors: inside.length,
    stray: errors.filter((call) => !inside.includes(call)),
    curt: calls.filter(({ status, saysWhen }) => status === 503 && !saysWhen),
    byKind: byKind(during),
    longestMs: longest ? lasted(longest) : 0,
    longestWhat: longest ? `${longest.what} ${longest.status || longest.why}` : '',
    baselineP99Ms,
    baselineLongestMs: Math.max(0, ...before.map(lasted)),
    recoveryMs,
  };
}

function byKind(calls: readonly Call[]): Measured['byKind'] {
  const kinds: Measured['byKind'] = new Map();
  for (const call of calls) {
    const one = kinds.get(call.kind) ?? { calls: 0, errors: [] };
    kinds.set(call.kind, one);
    one.calls += 1;
    if (isError(call)) one.errors.push(call);
  }
  return kinds;
}

/** What and why, each once. */
export function reasons(calls: readonly Call[]): string {
  return [...new Set(calls.map(({ what, status, why }) => `${what} ${status || why}`))].join(', ');
}

export function p99(calls: readonly Call[]): number {
  const sorted = calls.map(lasted).toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length * 0.99)] ?? 0;
}

/** The first moment after the fault with ten calm seconds behind it. */
function recovery(
  calls: readonly Call[],
  { healedAt, stoppedAt }: Times,
  quickMs: number,
): number | undefined {
  const after = calls.filter(({ startedAt }) => startedAt >= healedAt - STEP_MS);
  for (let at = healedAt; at + CALM_MS <= stoppedAt; at += STEP_MS) {
    const calm = after.filter(({ startedAt }) => startedAt >= at && startedAt < at + CALM_MS);
    if (calm.length > 0 && !calm.some(isError) && p99(calm) <= quickMs) return at - healedAt;
  }
  return undefined;
}
