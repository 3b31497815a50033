import { hash } from 'node:crypto';
import type { PreparedDocument } from './key-ring.ts';
import type { ReadyKey } from './ready-keys.ts';
import { type KeyLifetimes, type KeyState, type Standing, standings } from './rotation.ts';

/** What a ring knows and may do, until time changes it. Never altered, only replaced. */
export interface Snapshot {
  current: ReadyKey | undefined;
  signing: ReadonlyMap<string, ReadyKey>;
  published: ReadonlyMap<string, ReadyKey>;
  hints: ReadonlyMap<string, ReadyKey>;
  document: PreparedDocument;
  until: Date;
}

export function takeSnapshot(
  keys: readonly ReadyKey[],
  lifetimes: KeyLifetimes,
  now: Date,
): Snapshot {
  const all = standings(keys, lifetimes, now);
  const published = all.filter(({ state }) => PUBLISHED.has(state));
  const retired = all.filter(({ state }) => state === 'retired');
  return {
    current: all.find(({ state }) => state === 'current')?.key,
    signing: byKid(all.filter(({ maySign }) => maySign)),
    published: byKid(published),
    hints: byKid([...published, ...retired]),
    document: prepare(published),
    until: new Date(Math.min(...all.map(({ until }) => until.getTime()))),
  };
}

const PUBLISHED = new Set<KeyState>(['next', 'current', 'retiring']);

function byKid(standing: Standing<ReadyKey>[]): Map<string, ReadyKey> {
  return new Map(standing.map(({ key }) => [key.kid, key]));
}

/** Members are named one by one: a private one cannot slip in. */
function prepare(published: Standing<ReadyKey>[]): PreparedDocument {
  const keys = published.map(({ key: { kid, publicJwk } }) => ({
    kty: publicJwk.kty,
    n: publicJwk.n,
    e: publicJwk.e,
    kid,
    alg: 'RS256',
    use: 'sig',
  }));
  const body = Buffer.from(JSON.stringify({ keys }));
  return { body, etag: `"${hash('sha256', body, 'base64url')}"` };
}
