/**
 * Telling applications that a session has ended (OpenID Connect Back-Channel Logout 1.0). This folder owns what they
 * are told, and how often that is tried; it refuses to know who ends sessions, and how a notice gets into the store: the
 * database writes it by itself, with the end.
 */
export interface LogoutNotice {
  id: string;
  clientId: string;
  /** Where the client is told, as it is registered now. */
  uri: string;
  accountId: string;
  sessionId: string;
  /** How long it has been tried, by the clock of the store. */
  ageS: number;
}

/** How many notices may be taken: in all, to one origin (scheme, host and port), and to those of which that is known. */
export interface Room {
  total: number;
  perOrigin: number;
  free: ReadonlyMap<string, number>;
}

/** The outbox. Its clock is the database's alone. */
export interface LogoutNoticeStore {
  /** Some that wait and are due, oldest first. What one caller gets nobody else gets for `forS` seconds. */
  claim(room: Room, forS: number): Promise<LogoutNotice[]>;
  /** The client knows: nothing is left to keep. */
  remove(id: string): Promise<void>;
  /** These two change a waiting notice only, and answer whether they did. */
  postpone(id: string, forS: number, why: string): Promise<boolean>;
  fail(id: string, why: string): Promise<boolean>;
}
