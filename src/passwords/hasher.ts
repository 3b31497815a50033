/**
 * Turns passwords into hashes and checks them. Knows their cost and bounds it; knows nothing of whose they are,
 * nor which may be chosen.
 */
export interface PasswordHasher {
  hash(password: string): Promise<string>;
  /**
   * Whether it is the password of that hash. Without a hash (nobody there, no password) it works as long
   * and answers no, so that time tells nobody who has an account.
   */
  verify(password: string, hash: string | undefined): Promise<boolean>;
  /** Whether the hash was made with other parameters than today's. */
  isOutdated(hash: string): boolean;
}

/** More hashes were asked for than can be done soon: to be answered 503 with `Retry-After`. */
export class TooBusy extends Error {
  readonly retryAfterS: number;

  constructor(retryAfterS: number) {
    super('More passwords are being checked than this machine can do soon');
    this.name = 'TooBusy';
    this.retryAfterS = retryAfterS;
  }
}
