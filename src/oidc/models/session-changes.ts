import { perRequest } from '../per-request.ts';
import type { Authorizations } from '../protocol-store.ts';

/**
 * What one request changes in its session's authorizations. The library writes them all, as it found them long ago; only
 * the difference may reach the store, or parallel requests undo each other.
 */
export interface SessionChanges {
  found(key: string, authorizations: Authorizations): void;
  /** What stood under the old id when the session moved on: what others added since is taken along. */
  left(key: string, authorizations: Authorizations): void;
  toWrite(key: string, authorizations: Authorizations): Authorizations;
}

export const changesOf = perRequest(sessionChanges);

function sessionChanges(): SessionChanges {
  // As text: the library changes the objects themselves.
  const asFound = new Map<string, Map<string, string>>();
  let addedMeanwhile: Authorizations = {};
  return {
    found(key, authorizations) {
      const texts = Object.entries(authorizations).map(
        ([client, one]) => [client, JSON.stringify(one)] as const,
      );
      asFound.set(key, new Map(texts));
    },
    left(key, authorizations) {
      const known = asFound.get(key);
      addedMeanwhile = only(authorizations, (client) => !known?.has(client));
    },
    toWrite(key, authorizations) {
      const known = asFound.get(key);
      const changed = only(
        authorizations,
        (client) => known?.get(client) !== JSON.stringify(authorizations[client]),
      );
      return { ...addedMeanwhile, ...changed };
    },
  };
}

function only(all: Authorizations, keep: (client: string) => boolean): Authorizations {
  return Object.fromEntries(Object.entries(all).filter(([client]) => keep(client)));
}
