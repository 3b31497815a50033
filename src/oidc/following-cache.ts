import type { Change, ChangeFeed } from '../changes/change-feed.ts';
import { leastRecentlyUsed } from './least-recently-used.ts';

export interface FollowingCacheOptions<V> {
  kind: 'client' | 'api';
  limit: number;
  /** Ids that nobody has. They are chosen by strangers, so they must not push out what is known. */
  limitUnknown: number;
  changes: ChangeFeed;
  load: (id: string) => Promise<V | undefined>;
}

/**
 * Keeps what rarely changes and follows every change. Owns freshness: while the feed is not heard, the store is asked
 * each time. Refuses to know what it keeps.
 */
export function followingCache<V>(options: FollowingCacheOptions<V>) {
  const { kind, changes, load } = options;
  const known = leastRecentlyUsed<V>(options.limit);
  const unknown = leastRecentlyUsed<true>(options.limitUnknown);
  const loading = new Map<string, Promise<V | undefined>>();

  const stop = changes.onChange((change: Change) => {
    if (change.kind === 'everything') {
      for (const each of [known, unknown, loading]) each.clear();
    } else if (change.kind === kind) {
      for (const each of [known, unknown, loading]) each.delete(change.id);
    }
  });

  /** Who asks while the same is being loaded waits for that; what changed meanwhile is not kept. */
  function loadOnce(id: string): Promise<V | undefined> {
    const underWay = loading.get(id);
    if (underWay) return underWay;
    const answer = load(id).then(
      (value) => {
        if (loading.get(id) === answer) keep(id, value);
        return value;
      },
      (error: unknown) => {
        if (loading.get(id) === answer) loading.delete(id);
        throw error;
      },
    );
    loading.set(id, answer);
    return answer;
  }

  function keep(id: string, value: V | undefined): void {
    loading.delete(id);
    if (value === undefined) unknown.set(id, true);
    else known.set(id, value);
  }

  return {
    stop,
    async find(id: string): Promise<V | undefined> {
      if (!changes.isFresh()) return load(id);
      const value = known.get(id);
      if (value !== undefined || unknown.get(id)) return value;
      return loadOnce(id);
    },
  };
}
