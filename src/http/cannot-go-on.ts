/** Why a request goes no further; also the names of its texts (`error.<reason>.title` and `.text`). */
export const REASONS = [
  'malformed',
  'forbidden',
  'not-found',
  'wrong-method',
  'too-slow',
  'too-large',
  'misdirected',
  'too-many',
  'fault',
  'away',
  'crowded',
  'starting',
  'page-expired',
  'no-cookies',
  'bad-request',
  'unknown-application',
  'wrong-way-back',
] as const;

export type Reason = (typeof REASONS)[number];

/** The one error that is no bug: the request ends here, with a page that says so calmly. */
export class CannotGoOn extends Error {
  readonly status: number;
  readonly reason: Reason;
  readonly headers: Record<string, string>;

  constructor(status: number, reason: Reason, headers: Record<string, string> = {}) {
    super(reason);
    this.name = 'CannotGoOn';
    this.status = status;
    this.reason = reason;
    this.headers = headers;
  }
}
