import type { Allowed } from '../audit/events.ts';

/**
 * The life of one signed-in browser; what its cookie opens is short-lived and stands elsewhere. This folder owns where
 * people are signed in and what they allowed there; it refuses to know tokens and cookies.
 */
export interface SessionLife {
  /** sha256 of the session's internal id, base64url. */
  id: string;
  accountId: string;
  /** The account's, when its owner proved to be it. */
  signOutVersion: number;
  remembered: boolean;
  startedAt: Date;
  lastUsedAt: Date;
  idleS: number;
  expiresAt: Date;
  endedAt?: Date;
  ip?: string;
  userAgent?: string;
}

/** What one person allowed one client in one session: the one truth about whether its tokens live. */
export interface Grant {
  id: string;
  accountId: string;
  clientId: string;
  sessionId: string;
  signOutVersion: number;
  offline: boolean;
  allowed: Allowed;
  createdAt: Date;
  expiresAt: Date;
}

export interface SessionStore {
  /** Moves the last use on; does nothing when it was moved within the last minute. */
  touch(id: string, at: Date): Promise<void>;
  /** Last used first. */
  listLiving(accountId: string, at: Date): Promise<SessionLife[]>;
  /** Ends it; its grants that are not offline die with it. Of parallel callers exactly one gets true. */
  end(id: string, at: Date): Promise<boolean>;
}

export interface GrantStore {
  /**
   * The living grant of (session, client, offline), made or widened to hold `allowed`. Parallel callers
   * get the same grant, holding what each of them asked for. One that was revoked is never brought back.
   */
  obtain(grant: Grant): Promise<Grant>;
  /** All refresh tokens and access tokens of it are dead at our endpoints from then on. Whether it was not so before. */
  revoke(id: string, at: Date): Promise<boolean>;
  /** For "take back what this application may do": all grants of the person and client. */
  revokeAll(accountId: string, clientId: string, at: Date): Promise<number>;
}

export interface ConsentStore {
  find(accountId: string, clientId: string): Promise<Allowed | undefined>;
  /** Adds to what is remembered. Parallel callers lose nothing of each other. */
  remember(accountId: string, clientId: string, allowed: Allowed): Promise<void>;
  forget(accountId: string, clientId: string): Promise<boolean>;
}
