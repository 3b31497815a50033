import type { Pool } from 'pg';
import { type Watch, seen } from '../../watching/watch.ts';

type Query = (...args: unknown[]) => unknown;

/** Every statement is seen: those that the pool runs, and those on a connection that was taken out of it. */
export function watchPool(pool: Pool, watch: Watch): void {
  watchQueries(pool, watch);
  pool.on('connect', (client) => watchQueries(client, watch));
}

function watchQueries(on: { query: unknown }, watch: Watch): void {
  const query: Query = Object(on.query).bind(on);
  on.query = (...args: unknown[]) => {
    // The pool asks its connections with callbacks: that statement was seen a moment ago.
    if (typeof args.at(-1) === 'function') return query(...args);
    const work = { kind: 'postgres' as const, name: nameOf(args[0]) };
    return seen(watch, work, async () => query(...args));
  };
}

const MOST_NAMES = 1000;
const names = new Map<string, string>();

function nameOf(asked: unknown): string {
  const { text = asked }: { text?: unknown } = Object(asked);
  if (typeof text !== 'string') return 'unknown';
  const known = names.get(text);
  if (known) return known;
  const name = nameIn(text);
  if (names.size < MOST_NAMES) names.set(text, name);
  return name;
}

/** "SELECT accounts": the verb and the first table. Values stand in parameters, and are not looked at. */
export function nameIn(sql: string): string {
  const verb = /^\s*([a-z]+)/i.exec(sql)?.[1]?.toUpperCase() ?? 'unknown';
  const table = /\b(?:from|into|update)\s+(?:only\s+)?(?:"?public"?\.)?"?([a-z_]+)\b/i.exec(sql);
  return table?.[1] ? `${verb} ${table[1]}` : verb;
}
