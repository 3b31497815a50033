import type { Budget } from './budgets.ts';
import { type Counters, type Take, takeInTurn } from './counters.ts';

interface Window {
  count: number;
  /** How often in a row the budget was spent before. */
  strikes: number;
  startedAt: number;
  spentAt: number | undefined;
  endsAt: number;
  /** Until when it is known that the budget was spent. */
  expiresAt: number;
}

/** Bounds the memory; whoever fills it meets the budgets of all together first. */
const MOST_KEYS = 10_000;

/** Counters of one process alone: what is left when their store is away. */
export function localCounters(): Counters {
  const windows = new Map<string, Window>();
  const take = (key: string, budget: Budget, at: number): Take => {
    const window = current(windows.get(key), budget, at);
    if (window.count >= budget.most) return { taken: false, until: new Date(window.endsAt) };
    makeRoom(windows);
    windows.set(key, window);
    return countIn(window, budget, at);
  };
  const giveBack = (key: string, startedAt: Date) => {
    const window = windows.get(key);
    if (window?.startedAt !== startedAt.getTime() || window.count === 0) return;
    window.count -= 1;
    window.spentAt = undefined;
  };
  const counters: Counters = {
    take: (asked, at) =>
      takeInTurn(
        asked,
        async ({ key, budget }) => take(key, budget, at.getTime()),
        counters.giveBack,
      ),
    async giveBack(taken) {
      for (const { key, startedAt } of taken) giveBack(key, startedAt);
    },
  };
  return counters;
}

function current(known: Window | undefined, { withinS, longest }: Budget, now: number): Window {
  const withinMs = withinS * 1000;
  if (known && now < endOf(known, withinMs, longest)) {
    return Object.assign(known, { endsAt: endOf(known, withinMs, longest) });
  }
  const again = known?.spentAt !== undefined && now < known.expiresAt;
  return {
    count: 0,
    strikes: again ? known.strikes + 1 : 0,
    startedAt: now,
    spentAt: undefined,
    endsAt: now + withinMs,
    expiresAt: now + withinMs * (1 + 2 * longest),
  };
}

function endOf({ startedAt, spentAt, strikes }: Window, withinMs: number, longest: number): number {
  if (spentAt === undefined) return startedAt + withinMs;
  return spentAt + withinMs * Math.min(2 ** strikes, longest);
}

function countIn(window: Window, { most }: Budget, now: number): Take {
  window.count += 1;
  const spent = window.count >= most;
  window.spentAt = spent ? Math.max(now, window.startedAt) : undefined;
  return { taken: true, startedAt: new Date(window.startedAt), spent };
}

function makeRoom(windows: Map<string, Window>): void {
  if (windows.size < MOST_KEYS) return;
  const [oldest] = windows.keys();
  if (oldest !== undefined) windows.delete(oldest);
}
