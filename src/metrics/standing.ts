/** How the house stands at a moment: what is read off it, not told by it. All of it costs next to nothing to ask. */
export interface Standing {
  /** The parts that it cannot do without; each throws, or is silent, while it is away. */
  parts: Record<string, () => unknown>;
  pool(): { busy: number; idle: number; waiting: number; most: number };
  /** Passwords in work, and those that wait for it. */
  hashing(): { running: number; waiting: number };
  /** Requests in work and in line, a class each, and those that were turned away since the start; absent without doors. */
  crowds?:
    (() => Record<string, { inside: number; waiting: number; turnedAway: number }>) | undefined;
  /** Whether this process hears of changes as they are made. */
  hearsChanges(): boolean;
  /** Signing keys, by what they do now, with their age; and how long one signs. */
  keys(): Promise<KeyAge[]>;
  keyLifeS: number;
  figures(): Promise<Figures>;
}

export interface KeyAge {
  state: string;
  /** Since it signs; of one that does not yet, since it was made. */
  ageS: number;
}

/** Read from the database: estimated, bounded or as somebody else counted them, but never counted row by row. */
export interface Figures {
  /** By table: what PostgreSQL believes there is. */
  rows: Record<string, number>;
  /** Mails that are not out, ten thousand at most of each. */
  mails: Record<'waiting' | 'failed', number>;
  /** Since when the one that waits longest has been tried, in seconds; 0 where none waits. */
  oldestMailS: number;
  /** Logout notices, in the same way. */
  logoutNotices: Record<'waiting' | 'failed', number>;
  oldestLogoutNoticeS: number;
  /** As the jobs' own supervisor counted them in the last two minutes. */
  jobs: { name: string; ready: number; deferred: number; active: number; failed: number }[];
}
