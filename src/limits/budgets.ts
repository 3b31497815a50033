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
  /** So much of it is kept for browsers that the address's account knows: strangers leave them this. */
  keptForKnown?: number;
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
  /** Wrong codes that were mailed to an address; each code has five. Mails and codes: by the address as it was typed. */
  'codes-per-address': { most: 30, withinS: 24 * 60 * 60, longest: 1, keptForKnown: 1 / 3 },
  /** Mails with a code or a link. */
  'mails-per-address': { most: 5, withinS: 60 * 60, longest: 2, keptForKnown: 1 / 3 },
  'mails-per-address-daily': { most: 20, withinS: 24 * 60 * 60, longest: 1, keptForKnown: 1 / 3 },
  /** Sign-ups, resets and resends from unknown browsers, per IPv4 address or IPv6 /64. */
  'proofs-per-origin': { most: 20, withinS: 60 * 60, longest: 2 },
  /** Wrong secrets, per client and origin; right ones are never refused. */
  'client-secrets': { most: 30, withinS: 60, longest: 1 },
} as const satisfies Record<string, Budget>;

export type BudgetName = keyof typeof BUDGETS;
export type Budgets = Record<BudgetName, Budget>;

/** What an operator may set. */
export type BudgetChanges = Partial<Record<BudgetName, Partial<Pick<Budget, 'most' | 'withinS'>>>>;

export function isBudget(name: string): name is BudgetName {
  return Object.hasOwn(BUDGETS, name);
}

export function budgetsWith(changes: BudgetChanges = {}): Budgets {
  const budgets: Budgets = { ...BUDGETS };
  for (const name of Object.keys(changes).filter(isBudget)) {
    budgets[name] = { ...BUDGETS[name], ...changes[name] };
  }
  return budgets;
}

/** What strangers may take of it before the rest is kept from them: of 5, 20 and 30 it is 3, 13 and 20. */
export function forStrangers(budget: Budget): Budget {
  const most = Math.floor(budget.most * (1 - (budget.keptForKnown ?? 0)));
  return { ...budget, most: Math.max(1, most), keptForKnown: 0 };
}
