import type { Account } from '../accounts/account.ts';
import type { Grant, SessionLife } from '../sessions/store.ts';

/** A record of the library under the hash of its id. The id itself is in no payload. */
export interface StoredArtifact {
  payload: Record<string, unknown>;
  consumedAt?: Date;
}

/**
 * Short-lived records: lost by an emptied Redis, and only a need to sign in again. One command or one script a call.
 * Every implementation must pass test/stores/artifact-store.conformance.ts.
 */
export interface ArtifactStore {
  put(model: string, id: string, payload: Record<string, unknown>, ttlS: number): Promise<void>;
  /** Insert only: false when it is there already. Of parallel callers exactly one gets true. */
  putOnce(model: string, id: string, ttlS: number): Promise<boolean>;
  /** Puts a session, keeping `authorizations` of other clients that parallel requests added meanwhile. */
  mergeSession(id: string, payload: Record<string, unknown>, ttlS: number): Promise<void>;
  find(model: string, id: string): Promise<StoredArtifact | undefined>;
  /** Of parallel callers exactly one gets true. The record stays, marked, until it expires. */
  consume(model: string, id: string, at: Date): Promise<boolean>;
  remove(model: string, id: string): Promise<void>;
  /** Replaces a session by a mark that it moved on, for ten seconds. */
  leaveTombstone(id: string): Promise<void>;
}

/** Everything that decides whether a token lives, in one round trip. */
export interface Vitals {
  account: Account;
  grant?: Grant;
  session?: SessionLife;
}

/** What `commit` is asked to do, all or nothing. */
export interface RefreshCommit {
  /** The token that was presented; absent at a code exchange. */
  consumed?: { id: string; answerSeal: Buffer };
  successor?: NewRefreshToken;
  at: Date;
}

export interface NewRefreshToken {
  id: string;
  grantId: string;
  payload: Record<string, unknown>;
  expiresAt: Date;
}

export type RefreshCommitOutcome =
  | { won: true }
  /** Somebody else consumed it within the window: this is what they were answered. */
  | { won: false; answerSeal: Buffer }
  /** Consumed before the window, answered too often, or gone. */
  | { won: false; answerSeal?: undefined; why: 'replayed' | 'answered-too-often' | 'gone' };

export interface RefreshTokenStore {
  /** With the vitals of its grant, in one statement. `replayable` holds the sealed answer while the window is open. */
  find(id: string, at: Date): Promise<FoundRefreshToken | undefined>;
  /** One atomic statement: consume unless consumed, save the successor and the sealed answer; or answer the winner's. */
  commit(commit: RefreshCommit): Promise<RefreshCommitOutcome>;
  remove(id: string): Promise<void>;
}

export interface FoundRefreshToken {
  payload: Record<string, unknown>;
  consumedAt?: Date;
  replayable?: Buffer;
  vitals: Vitals;
}

/** Living only: a disabled account, an ended session, a revoked or outdated grant answers undefined. */
export interface VitalsStore {
  ofGrant(grantId: string, at: Date): Promise<Vitals | undefined>;
  /** With the grant of that session and client, if there is one. */
  ofSession(sessionId: string, clientId: string | undefined, at: Date): Promise<Vitals | undefined>;
}

export interface RevokedTokenStore {
  revoke(id: string, expiresAt: Date): Promise<void>;
  isRevoked(id: string): Promise<boolean>;
}
