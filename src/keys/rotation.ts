/**
 * The life of a signing key, told from dates alone. Owns when a key is shown, signs, retires and is forgotten;
 * refuses to know clocks, stores and cryptography.
 */
export interface DatedKey {
  kid: string;
  createdAt: Date;
  signsFrom: Date;
  revokedAt?: Date;
}

/** In seconds. */
export interface KeyLifetimes {
  /** How long applications may keep /jwks. */
  jwksS: number;
  /** The longest life of anything a key signs. */
  tokenS: number;
  /** How long one key signs. */
  signingS: number;
}

/** next, current and retiring stand in /jwks; retired still proves an `id_token_hint`; forgotten has no use left. */
export type KeyState = 'next' | 'current' | 'retiring' | 'retired' | 'revoked' | 'forgotten';

export interface Standing<Key extends DatedKey> {
  key: Key;
  state: KeyState;
  maySign: boolean;
  /** When this changes by time alone. */
  until: Date;
}

/** For clocks that differ, for a process that hears late, and for a signature already under way. */
export const LEEWAY_S = 60;
const HINTS_S = 90 * 86_400;
const NEVER = new Date(8.64e15);

/** In the order in which they sign. */
export function standings<Key extends DatedKey>(
  keys: readonly Key[],
  lifetimes: KeyLifetimes,
  now: Date,
): Standing<Key>[] {
  const inOrder = keys.toSorted(bySigning);
  return inOrder.map((key, at) => {
    const successor = inOrder.slice(at + 1).find(everSigns);
    const life = key.revokedAt
      ? revokedLife(key.revokedAt)
      : fullLife(key, successor?.signsFrom ?? NEVER, lifetimes);
    return { key, ...phaseAt(life, now) };
  });
}

/** Whether its private half is still worth having. */
export function willSign({ state, maySign }: Pick<Phase, 'state' | 'maySign'>): boolean {
  return maySign || state === 'next';
}

/** The earliest moment at which whoever cached /jwks knows the key. */
export function knownFrom(key: DatedKey, lifetimes: KeyLifetimes): Date {
  return later(key.createdAt, lifetimes.jwksS + LEEWAY_S);
}

/** When the key after `current` should take over: on schedule, but never before it could be known. */
export function takesOverAt(current: DatedKey, lifetimes: KeyLifetimes, now: Date): Date {
  const scheduled = later(current.signsFrom, lifetimes.signingS);
  const known = later(now, lifetimes.jwksS + LEEWAY_S);
  return scheduled > known ? scheduled : known;
}

type Phase = Omit<Standing<DatedKey>, 'key'>;

function fullLife(key: DatedKey, superseded: Date, { tokenS }: KeyLifetimes): Phase[] {
  const signedLast = later(superseded, LEEWAY_S);
  const retired = later(signedLast, tokenS + LEEWAY_S);
  return [
    { state: 'next', maySign: false, until: key.signsFrom },
    { state: 'current', maySign: true, until: superseded },
    { state: 'retiring', maySign: true, until: signedLast },
    { state: 'retiring', maySign: false, until: retired },
    { state: 'retired', maySign: false, until: later(retired, HINTS_S) },
  ];
}

function revokedLife(revokedAt: Date): Phase[] {
  return [{ state: 'revoked', maySign: false, until: later(revokedAt, HINTS_S) }];
}

function phaseAt(life: Phase[], now: Date): Phase {
  return (
    life.find(({ until }) => now < until) ?? { state: 'forgotten', maySign: false, until: NEVER }
  );
}

/** One that was revoked before its time takes over from nobody. */
function everSigns(key: DatedKey): boolean {
  return !key.revokedAt || key.revokedAt > key.signsFrom;
}

function bySigning(a: DatedKey, b: DatedKey): number {
  return (
    a.signsFrom.getTime() - b.signsFrom.getTime() ||
    a.createdAt.getTime() - b.createdAt.getTime() ||
    (a.kid < b.kid ? -1 : 1)
  );
}

function later(date: Date, seconds: number): Date {
  return date >= NEVER ? NEVER : new Date(date.getTime() + seconds * 1000);
}
