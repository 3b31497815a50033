import { createHmac } from 'node:crypto';
import { isStoreAway } from '../transactions/store-away.ts';
import { type Budget, type BudgetName, type Budgets, forStrangers } from './budgets.ts';
import { type Counted, type Counters, type Taken, type Takes, takenOf } from './counters.ts';
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
  /** Where it is spent the others are taken all the same, and the admission says so. */
  evenIfSpent?: true;
}

export type Admission = Admitted | { admitted: false; budget: BudgetName; waitS: number };

export interface Admitted {
  admitted: true;
  /** Which budgets were spent by this one. */
  spent: BudgetName[];
  /** One was spent before that is not needed. */
  without: boolean;
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
  const countersOf = ({ budget: name, of, stranger, evenIfSpent }: Asked): Named[] => {
    const [budget, whole] = [budgets[name], keyOf(name, of)];
    const part = { name, key: keyOf(`${name} by strangers`, of), budget: forStrangers(budget) };
    const all = [...(stranger ? [part] : []), { name, key: whole, budget }];
    return all.map((one) => ({ ...one, needed: !evenIfSpent }));
  };
  const steadfast = orLocal(counters, now);

  async function admit(asked: readonly Asked[]): Promise<Admission> {
    const counted = asked.flatMap(countersOf);
    const { takes, giveBack } = await steadfast(counted);
    if (!takes.taken) {
      const budget = nameOf(counted, takes.refused);
      return { admitted: false, budget, waitS: secondsUntil(takes.until, now()) };
    }
    const spent = counted.flatMap(({ name }, index) => {
      const take = takes.takes[index];
      return take?.taken && take.spent ? [name] : [];
    });
    const without = takes.takes.some(({ taken }) => !taken);
    return { admitted: true, spent: [...new Set(spent)], without, giveBack };
  }
  return { admit };
}

interface Named extends Counted {
  name: BudgetName;
}

function nameOf(counted: readonly Named[], index: number): BudgetName {
  const one = counted[index];
  if (!one) throw new Error('what was refused was not asked for');
  return one.name;
}

type TakeAll = (
  asked: readonly Counted[],
) => Promise<{ takes: Takes; giveBack: () => Promise<void> }>;

/** A store that is away never means that nobody counts. */
function orLocal(counters: Counters, now: () => Date): TakeAll {
  const local = localCounters();
  let awayUntil = 0;

  const takeFrom = async (from: Counters, asked: readonly Counted[]) => {
    const takes = await from.take(asked, now());
    const taken: Taken[] = takes.taken ? takenOf(asked, takes.takes) : [];
    return { takes, giveBack: () => from.giveBack(taken).catch(onlyAway) };
  };

  return async (asked) => {
    if (performance.now() >= awayUntil) {
      try {
        return await takeFrom(counters, asked);
      } catch (error) {
        onlyAway(error);
        awayUntil = performance.now() + AWAY_MS;
      }
    }
    const strict = asked.map((one) => ({ ...one, budget: stricter(one.budget) }));
    return takeFrom(local, strict);
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
