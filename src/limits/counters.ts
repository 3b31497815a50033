import type { Budget } from './budgets.ts';

/**
 * Where tries are counted. One atomic step a call: of any number of parallel callers, in any number of processes,
 * exactly as many take one as the budget has, and the next not before its time.
 */
export interface Counters {
  /** Takes one, or answers from when on there is one again. A refused call changes nothing. */
  take(key: string, budget: Budget, at: Date): Promise<Take>;
  /** Puts one back that was taken in the window that began then. In a later window it changes nothing. */
  giveBack(key: string, startedAt: Date): Promise<void>;
}

/** `spent`: it was the last one. */
export type Take = { taken: true; startedAt: Date; spent: boolean } | { taken: false; until: Date };
