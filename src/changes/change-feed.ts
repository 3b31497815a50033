/**
 * Tells every process what changed, within a second. The database announces by itself (triggers),
 * so that no writer can forget to.
 */
export type Change =
  | { kind: 'account' | 'client' | 'api'; id: string }
  | { kind: 'keys' }
  /** The feed was away for a while: anything may have changed. */
  | { kind: 'everything' };

export interface ChangeFeed {
  /** Called for every change, in order. Answers how to stop. */
  onChange(listener: (change: Change) => void): () => void;
  /** Whether the feed heard its own beat within the last second; if not, caches must ask the store. */
  isFresh(): boolean;
}
