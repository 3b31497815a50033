import type { Budget } from './budgets.ts';

/**
 * Where tries are counted. One step a call, whatever is asked for in it: of any number of parallel callers, in any number of
 * processes, exactly as many take one of a budget as it has, and the next not before its time.
 */
export interface Counters {
  /**
   * One of each, or none of any. Those that are not `needed` are taken where there is one, and keep nobody from the others.
   * The first that is refused decides, so the narrowest stands first. A refused call changes nothing.
   */
  take(asked: readonly Counted[], at: Date): Promise<Takes>;
  /** Puts each back that was taken in the window that began then. In a later window it changes nothing. */
  giveBack: (taken: readonly Taken[]) => Promise<void>;
}

export interface Counted {
  key: string;
  budget: Budget;
  needed: boolean;
}

export interface Taken {
  key: string;
  startedAt: Date;
}

/** In the order in which they were asked for. `refused`: which of them. */
export type Takes = { taken: true; takes: Take[] } | { taken: false; refused: number; until: Date };

/** `spent`: it was the last one. */
export type Take = { taken: true; startedAt: Date; spent: boolean } | { taken: false; until: Date };

/** Where one can only be taken after the other: what was taken before a refusal is put back. */
export async function takeInTurn(
  asked: readonly Counted[],
  take: (one: Counted) => Promise<Take>,
  giveBack: (taken: Taken[]) => Promise<void>,
): Promise<Takes> {
  const takes: Take[] = [];
  for (const one of asked) {
    const got = await take(one);
    if (!got.taken && one.needed) {
      await giveBack(takenOf(asked, takes));
      return { taken: false, refused: takes.length, until: got.until };
    }
    takes.push(got);
  }
  return { taken: true, takes };
}

export function takenOf(asked: readonly Counted[], takes: readonly Take[]): Taken[] {
  return takes.flatMap((take, index) => {
    const key = asked[index]?.key;
    return take.taken && key !== undefined ? [{ key, startedAt: take.startedAt }] : [];
  });
}
