/**
 * A clock that tests turn instead of sleeping. The protocol library reads Date itself, so that `now` passed to our
 * own code would not be enough: in the realm of this test file `Date.now()` and `new Date()` are moved by what was
 * turned. Timers, the database and other processes keep the real time.
 */
let turnedMs = 0;
const RealDate = Date;

export function turnClock(ms: number): void {
  turnedMs += ms;
  globalThis.Date = turnedMs === 0 ? RealDate : TurnedDate;
}

const turnedNow = () => RealDate.now() + turnedMs;

const TurnedDate = new Proxy(RealDate, {
  construct: (target, args, newTarget): object =>
    Reflect.construct(target, args.length === 0 ? [turnedNow()] : args, newTarget),
  apply: () => new RealDate(turnedNow()).toString(),
  get: (target, key, receiver): unknown =>
    key === 'now' ? turnedNow : Reflect.get(target, key, receiver),
});

/** Back to real time; how far it was turned is forgotten. */
export function straightenClock(): void {
  turnClock(-turnedMs);
}
