import { type Line, openLine } from '../waiting/line.ts';
import type { Budgets } from './budgets.ts';

/** Lets so many in at once for each name, and the others wait in line. Answers how to leave. */
export type Lines = (name: string) => Promise<() => void>;

export function openLines(atOnce: number): Lines {
  const lines = new Map<string, Line>();

  return async function enter(name) {
    const line = lines.get(name) ?? openLine(atOnce);
    lines.set(name, line);
    if (!line.enterNow()) await line.wait();
    return () => {
      line.leave();
      if (line.inside() === 0) lines.delete(name);
    };
  };
}

/** As many passwords of one account as a process may hash at once, and never more than it may try. */
export function triesAtOnce(budgets: Budgets): number {
  const own = ['passwords-per-account', 'passwords-per-known-browser'] as const;
  return Math.min(3, ...own.map((name) => budgets[name].most));
}
