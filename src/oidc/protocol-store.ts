import type { Account } from '../accounts/account.ts';
import type { Circumstances } from '../audit/events.ts';
import type { Grant, SessionLife } from '../sessions/store.ts';

/*
 * What the protocol keeps. Every id here is the hash of the id that was handed out, and every payload is sealed under
 * that id or holds no secret: a dump of a store opens nothing.
 */

export type Payload = Record<string, unknown>;

export interface StoredArtifact {
  payload: Payload;
  consumed: boolean;
}

/**
 * Short-lived records: lost by an emptied Redis, and only a need to sign in again. One command or one script a call.
 * They expire by the store's own clock. Every implementation must pass test/stores/artifact-store.conformance.ts.
 */
export interface ArtifactStore {
  /** Writing again replaces the payload; what was consumed stays consumed. */
  put(model: string, id: string, payload: Payload, ttlS: number): Promise<void>;
  /** Insert only: false when it is there already. Of parallel callers exactly one gets true. */
  putOnce(model: string, id: string, ttlS: number): Promise<boolean>;
  find(model: string, id: string): Promise<StoredArtifact | undefined>;
  /** Of several models under one id, in the order of the models. */
  findTogether(models: readonly string[], id: string): Promise<(StoredArtifact | undefined)[]>;
  /** Of parallel callers exactly one gets true. The record stays, marked, until it expires. */
  consume(model: string, id: string): Promise<boolean>;
  remove(model: string, id: string): Promise<void>;

  findSession(id: string): Promise<StoredSession | 'moved' | undefined>;
  /**
   * Writes a session and the authorizations given; those of other clients, which parallel requests added meanwhile,
   * stay. A session that moved on is left alone, and its authorizations are added where it moved to.
   */
  mergeSession(id: string, session: StoredSession, ttlS: number): Promise<'merged' | 'moved'>;
  /** Replaces a session by a mark that it moved on, for ten seconds. Answers the authorizations it held at that moment. */
  moveSession(id: string, to: string): Promise<Authorizations>;
  removeSession(id: string): Promise<void>;
}

export interface StoredSession {
  payload: Payload;
  authorizations: Authorizations;
}

/** What a session knows of each client. */
export type Authorizations = Record<string, Payload>;

/** Everything that decides whether a token lives, in one round trip. */
export interface Vitals {
  account: Account;
  /** While it lives; an offline grant lives on without. */
  session?: SessionLife;
  /** The living grant that was asked for; or those of the session and client that were asked for. */
  grants: Grant[];
}

/** Living only: a disabled account, an ended session, a revoked or outdated grant answers undefined. */
export interface VitalsStore {
  ofGrant(grantId: string, at: Date): Promise<Vitals | undefined>;
  ofSession(sessionId: string, clientId: string | undefined, at: Date): Promise<Vitals | undefined>;
  /**
   * Writes a new life, or finds the one that is there: a session belongs to one account for ever. Undefined when it ended,
   * belongs to somebody else, or when its account is disabled or no longer at `signOutVersion`: whoever signed in before
   * "sign out everywhere" does not get in after it.
   */
  begin(life: SessionLife, clientId: string | undefined, at: Date): Promise<Vitals | undefined>;
}

export interface NewRefreshToken {
  id: string;
  grantId: string;
  payload: Payload;
  expiresAt: Date;
}

export interface FoundRefreshToken {
  payload: Payload;
  consumed: boolean;
  /** Consumed so recently that its answer may be given again. */
  replayable: boolean;
  vitals: Vitals;
}

/** The audit event `tokens-issued`, written with the tokens it tells of. */
export interface Issued {
  grantType: string;
  circumstances: Circumstances;
}

export interface Rotation {
  id: string;
  /** The answer, sealed under the presented token: whoever loses the race gives it too. */
  answerSeal: Buffer;
  successor: NewRefreshToken;
  issued: Issued;
  at: Date;
}

/** One attempt to exchange a code for tokens. */
export interface Exchange {
  /** Of the code. */
  id: string;
  /** Names this attempt among others with the same code. */
  attempt: string;
  grantId: string;
  /** The answer, sealed under the code: kept until an answer is known to have gone out. */
  answerSeal: Buffer;
  /** The first token of a line, where the client gets one. */
  first?: NewRefreshToken;
  issued: Issued;
  /** When the code is so long over that nobody comes back with it. */
  expiresAt: Date;
}

export type ExchangeOutcome =
  /** The seal is of an earlier attempt that was never answered: this one gives its answer. */
  | { outcome: 'won'; answerSeal?: Buffer }
  /** Another attempt won, and is about to answer, or failed on its way to it. */
  | { outcome: 'unanswered' }
  | { outcome: 'answered' | 'gone' };

/**
 * What codes were exchanged for. Two steps, so that no code is burned by an answer of the store that was lost: an attempt
 * wins, and says so again before its answer goes out. One that has not said so for a while is taken over, its answer and all.
 */
export interface CodeExchangeStore {
  /** Whether the code has been answered, with the vitals of its grant, in one statement; undefined when that is dead. */
  find(id: string, grantId: string, at: Date): Promise<FoundExchange | undefined>;
  /**
   * One atomic statement: saves the first refresh token, the sealed answer and the event, unless another attempt did. Of
   * parallel callers exactly one wins. Asking again by the same attempt is safe.
   */
  exchange(exchange: Exchange): Promise<ExchangeOutcome>;
  /** False when the attempt was taken over. The sealed answer is forgotten. Asking again is safe. */
  confirm(id: string, attempt: string): Promise<boolean>;
}

export interface FoundExchange {
  answered: boolean;
  vitals: Vitals;
}

export type RotationOutcome =
  | { outcome: 'won' }
  /** Somebody else consumed it within the window: this is what they were answered. */
  | { outcome: 'answered'; answerSeal: Buffer }
  | { outcome: 'answered-too-often' | 'too-late' | 'gone' };

/** Refresh tokens stay, consumed ones too, until they expire: so that a replay is seen. */
export interface RefreshTokenStore {
  /** With the vitals of its grant, in one statement; undefined when that is dead. */
  find(id: string, at: Date): Promise<FoundRefreshToken | undefined>;
  /**
   * One atomic statement: consumes the token unless it is, saves the successor, the sealed answer, the event and the last
   * use of the session; or, within the window by the database's clock, answers the winner's seal, up to 100 times.
   * Of parallel callers exactly one wins, and every other sees what it answered.
   */
  rotate(rotation: Rotation): Promise<RotationOutcome>;
  /** The same for a token that is known to be consumed. */
  answerAgain(id: string): Promise<RotationOutcome>;
}

/** Client-credentials tokens revoked before their end. */
export interface RevokedTokenStore {
  revoke(id: string, expiresAt: Date): Promise<void>;
  isRevoked(id: string): Promise<boolean>;
}
