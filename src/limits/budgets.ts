/**
 * THE table: how often something may be tried, per whom, and in what time. Owns the numbers alone; refuses to know who
 * counts and what happens when one is spent.
 */
export interface Budget {
  /** So many ... */
  most: number;
  /** ... in so long, from the first one on. Spent, it opens again as long after the last one. */
  withinS: number;
  /** Spent again and again, the wait doubles up to so many times `withinS`: it grows, and never lasts for ever. */
  longest: number;
}

export const BUDGETS = {
  /** Wrong passwords from browsers that nobody knows; per account, or per identifier that nobody has. */
  'passwords-per-account': { most: 10, withinS: 15 * 60, longest: 4 },
  /** Wrong passwords from a browser that its account has signed in with; strangers cannot spend it. */
  'passwords-per-known-browser': { most: 10, withinS: 15 * 60, longest: 4 },
  /** Wrong passwords from unknown browsers, per IPv4 address or IPv6 /64. */
  'passwords-per-origin': { most: 100, withinS: 60 * 60, longest: 2 },
  /** Wrong passwords from unknown browsers, all together. */
  'passwords-in-all': { most: 1000, withinS: 60, longest: 1 },
  /** Wrong secrets, per client and origin; right ones are never refused. */
  'client-secrets': { most: 30, withinS: 60, longest: 1 },
} as const satisfies Record<string, Budget>;

export type BudgetName = keyof typeof BUDGETS;
export type Budgets = Record<BudgetName, Budget>;

/** What an operator may set. */
export type BudgetChanges = Partial<Record<BudgetName, Partial<Pick<Budget, 'most' | 'withinS'>>>>;

export function budgetsWith(changes: BudgetChanges = {}): Budgets {
  const changed = (name: BudgetName): Budget => ({ ...BUDGETS[name], ...changes[name] });
  return {
    'passwords-per-account': changed('passwords-per-account'),
    'passwords-per-known-browser': changed('passwords-per-known-browser'),
    'passwords-per-origin': changed('passwords-per-origin'),
    'passwords-in-all': changed('passwords-in-all'),
    'client-secrets': changed('client-secrets'),
  };
}
