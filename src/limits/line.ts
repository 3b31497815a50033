import type { Budgets } from './budgets.ts';

/** Lets so many in at once for each name, and the others wait in line. Answers how to leave. */
export type Line = (name: string) => Promise<() => void>;

export function openLine(atOnce: number): Line {
  const lines = new Map<string, { inside: number; waiting: (() => void)[] }>();

  return async function enter(name) {
    const line = lines.get(name) ?? { inside: 0, waiting: [] };
    lines.set(name, line);
    if (line.inside < atOnce) line.inside += 1;
    else await new Promise<void>((resolve) => line.waiting.push(resolve));
    return () => {
      const next = line.waiting.shift();
      if (next) return next();
      line.inside -= 1;
      if (line.inside === 0) lines.delete(name);
    };
  };
}

/** As many passwords of one account as a process may hash at once, and never more than it may try. */
export function triesAtOnce(budgets: Budgets): number {
  const own = ['passwords-per-account', 'passwords-per-known-browser'] as const;
  return Math.min(3, ...own.map((name) => budgets[name].most));
}
