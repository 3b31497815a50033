import { z } from 'zod';
import { BUDGETS, type BudgetChanges, type BudgetName, isBudget } from '../limits/budgets.ts';

const change = z
  .strictObject({
    most: z.number().int().min(1).max(1_000_000),
    withinS: z.number().int().min(1).max(2_592_000),
  })
  .partial();

const changes = z.record(z.string(), change);

/** One message for the whole variable, with the place in it; never the value. */
export function budgets() {
  return z.string().transform((text, ctx): BudgetChanges => {
    const read = readChanges(text);
    if (typeof read !== 'string') return read;
    ctx.addIssue({ code: 'custom', message: read });
    return z.NEVER;
  });
}

function readChanges(text: string): BudgetChanges | string {
  const parsed = changes.safeParse(fromJson(text));
  if (!parsed.success) {
    const place = parsed.error.issues[0]?.path.join('.');
    return `must be JSON like {"passwords-per-account":{"most":5,"withinS":900}}${place ? `; look at ${place}` : ''}`;
  }
  const unknown = Object.keys(parsed.data).find((name) => !isBudget(name));
  if (unknown === undefined) return Object(parsed.data);
  return `names a budget that is not there; there are ${Object.keys(BUDGETS).join(', ')}`;
}

/** Which of them give more than the table does. */
export function looserThan(given: BudgetChanges = {}): BudgetName[] {
  return Object.keys(given)
    .filter(isBudget)
    .filter((name) => {
      const { most, withinS } = { ...BUDGETS[name], ...given[name] };
      return most > BUDGETS[name].most || withinS < BUDGETS[name].withinS;
    });
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
