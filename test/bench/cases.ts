import type { Options } from './options.ts';

/** One path under one set of circumstances. */
export interface Case {
  path: string;
  clients: number;
  accounts: number;
  workers: number;
}

export type Limit = 'hello' | 'signature' | 'argon2';

/** What each path is held against, and how much of it one request needs. */
export const LIMITS: Record<string, { limit: Limit; units: number }> = {
  discovery: { limit: 'hello', units: 1 },
  jwks: { limit: 'hello', units: 1 },
  'client-credentials': { limit: 'signature', units: 1 },
  // An access token and an ID token.
  'code-exchange': { limit: 'signature', units: 2 },
  refresh: { limit: 'signature', units: 2 },
  introspection: { limit: 'hello', units: 1 },
  me: { limit: 'hello', units: 1 },
  authorize: { limit: 'hello', units: 1 },
  'sign-in': { limit: 'argon2', units: 1 },
};

export const MEASURED = Object.keys(LIMITS);

/** Where the number of each could matter. Who has one client or account more is no other for the rest. */
const BY_CLIENTS = new Set(['client-credentials']);
const BY_ACCOUNTS = new Set([
  'code-exchange',
  'refresh',
  'introspection',
  'me',
  'authorize',
  'sign-in',
]);
/** Bound by JavaScript: hashing has threads of its own in one process too. */
const BY_WORKERS = new Set(['client-credentials', 'refresh', 'introspection', 'me', 'authorize']);

export function casesOf({ paths, clients, accounts, workers }: Options): Case[] {
  const [fewClients = 1, ...moreClients] = clients;
  const [fewAccounts = 1, ...moreAccounts] = accounts;
  const [fewWorkers = 1, ...moreWorkers] = workers;
  return paths.flatMap((path) => {
    const first = { path, clients: fewClients, accounts: fewAccounts, workers: fewWorkers };
    const among = <T>(is: Set<string>, more: T[]) => (is.has(path) ? more : []);
    return [
      first,
      ...among(BY_CLIENTS, moreClients).map((count) => ({ ...first, clients: count })),
      ...among(BY_ACCOUNTS, moreAccounts).map((count) => ({ ...first, accounts: count })),
      ...among(BY_WORKERS, moreWorkers).map((count) => ({ ...first, workers: count })),
    ];
  });
}

/** Enough to keep a worker busy; passwords wait in a line of their own, which refuses whoever would wait too long. */
export const callersFor = (path: string) => (path === 'sign-in' || path === 'argon2' ? 8 : 16);
