import { createHmac } from 'node:crypto';
import { isStoreAway } from '../transactions/store-away.ts';
import { type Budget, type BudgetName, type Budgets, forStrangers } from './budgets.ts';
import type { Counters, Take } from './counters.ts';
import { localCounters } from './local-counters.ts';

/** Decides whether something may be tried once more, before it is. Owns the decision; refuses to know what is tried. */
export interface Limiter {
  /**
   * One of each budget, or none of any: of parallel callers exactly as many are admitted as the smallest has left.
   * The first that is spent decides, so the narrowest stands first.
   */
  admit: (asked: readonly Asked[]) => Promise<Admission>;
}

export interface Asked {
  budget: BudgetName;
  /** Per whom. Any length, any characters; it is stored as a keyed hash. */
  of: string;
  /** Takes from the strangers' part and from the whole. */
  stranger?: boolean;
}

export type Admission = Admitted | { admitted: false; budget: BudgetName; waitS: number };

export interface Admitted {
  admitted: true;
  /** Which budgets were spent by this one. */
  spent: BudgetName[];
  /** It was no failure: what was taken is put back. */
  giveBack(): Promise<void>;
}

export interface LimiterDeps {
  counters: Counters;
  budgets: Budgets;
  /** What is typed where an address belongs may be a password: a store must not hold what could be guessed. */
  key: Buffer;
  now: () => Date;
}

/** While their store is away every process counts alone, and gives a quarter: a few processes give no more than one. */
const LOCAL_SHARE = 4;
/** So long nobody waits for a store that did not answer. */
const AWAY_MS = 2000;

export function openLimiter({ counters, budgets, key, now }: LimiterDeps): Limiter {
  const keyOf = (what: string, of: string) =>
    createHmac('sha256', key).update(`${what}\0${of}`).digest('base64url');
  const countersOf = ({ budget: name, of, stranger }: Asked) => {
    const [budget, whole] = [budgets[name], keyOf(name, of)];
    const part = { name, key: keyOf(`${name} by strangers`, of), budget: forStrangers(budget) };
    return [...(stranger ? [part] : []), { name, key: whole, budget }];
  };
  const steadfast = orLocal(counters, now);

  async function admit(asked: readonly Asked[]): Promise<Admission> {
    const taken: { budget: BudgetName; take: TakenOne }[] = [];
    const giveBack = async () => {
      await Promise.all(taken.map(({ take }) => take.giveBack()));
    };
    for (const counted of asked.flatMap(countersOf)) {
      const take = await steadfast(counted.key, counted.budget);
      if (!take.taken) {
        await giveBack();
        return { admitted: false, budget: counted.name, waitS: secondsUntil(take.until, now()) };
      }
      taken.push({ budget: counted.name, take });
    }
    const spent = taken.filter(({ take }) => take.spent).map(({ budget }) => budget);
    return { admitted: true, spent: [...new Set(spent)], giveBack };
  }
  return { admit };
}

interface TakenOne {
  taken: true;
  spent: boolean;
  giveBack(): Promise<void>;
}

type TakeOne = (key: string, budget: Budget) => Promise<TakenOne | Extract<Take, { taken: false }>>;

/** A store that is away never means that nobody counts. */
function orLocal(counters: Counters, now: () => Date): TakeOne {
  const local = localCounters();
  let awayUntil = 0;

  const takeFrom = async (from: Counters, key: string, budget: Budget) => {
    const take = await from.take(key, budget, now());
    if (!take.taken) return take;
    const giveBack = () => from.giveBack(key, take.startedAt).catch(onlyAway);
    return { taken: true as const, spent: take.spent, giveBack };
  };

  return async (key, budget) => {
    if (performance.now() >= awayUntil) {
      try {
        return await takeFrom(counters, key, budget);
      } catch (error) {
        onlyAway(error);
        awayUntil = performance.now() + AWAY_MS;
      }
    }
    return takeFrom(local, key, stricter(budget));
  };
}

/** Where something is kept from strangers, something still is. */
function stricter(budget: Budget): Budget {
  const least = budget.keptForKnown ? 2 : 1;
  return { ...budget, most: Math.max(least, Math.floor(budget.most / LOCAL_SHARE)) };
}

/** What cannot be put back stays taken, until its window ends. */
function onlyAway(error: unknown): void {
  if (!isStoreAway(error)) throw error;
}

function secondsUntil(until: Date, now: Date): number {
  return Math.max(1, Math.ceil((until.getTime() - now.getTime()) / 1000));
}
