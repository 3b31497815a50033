/**
 * Whoever looks on while the house works: figures (metrics/), traces (tracing/). Owns what there is to see; refuses to
 * know who looks and what becomes of it. Where nobody looks there is no Watch at all, and nothing is wrapped.
 */
export interface Watch {
  /** A piece of work begins. */
  begins(work: Work): Sighting;
  /** Something happened. */
  happened(event: Happening): void;
}

/** Names and outcomes are words of our own, never what a stranger sent: they become labels and attributes. */
export type Work =
  /** `name` is the method; `traceparent` as it came, believed by nobody yet. */
  | { kind: 'request'; name: string; traceparent?: string }
  /** `name`: the statement's verb and table, or the command. */
  | { kind: 'postgres' | 'redis'; name: string }
  | { kind: 'hash'; name: 'hash' | 'verify' }
  | { kind: 'sign'; name: 'sign' }
  /** One try of one mail: all of it, and of that what the mail server takes. */
  | { kind: 'mail'; name: 'try' | 'deliver' }
  | { kind: 'job'; name: string };

export interface Sighting {
  /** Of the trace that it belongs to, where there is one. */
  readonly traceId?: string;
  /** What begins inside belongs to this work. */
  within<T>(work: () => T): T;
  /** Once. `name`: what it turned out to be. */
  ends(outcome: Outcome, name?: string): void;
}

/** `failed`: it threw, and what is the kind of error. */
export type Outcome = { as: string } | { failed: string };

export const DONE: Outcome = { as: 'done' };

export type Happening =
  /** An event of the audit trail is written for good; `why` where it has one. */
  | { event: 'audit'; name: string; why?: string }
  | { event: 'tokens'; grant: string }
  /** What became of the use of a refresh token: won, answered (again), gone, ... */
  | { event: 'rotation'; outcome: string }
  /** The protocol said no. */
  | { event: 'refusal'; endpoint: string; error: string }
  /** One try to tell an application that a session has ended. */
  | { event: 'logout-notice'; outcome: string }
  /** Somebody is to wait: nothing is left of this budget. */
  | { event: 'must-wait'; budget: string }
  /** A password that could not be looked at soon enough. */
  | { event: 'too-busy' };

/** Does the work under the eyes of whoever watches. */
export function seen<T>(
  watch: Watch | undefined,
  work: Work,
  run: () => Promise<T>,
  outcomeOf: (result: T) => Outcome = () => DONE,
): Promise<T> {
  if (!watch) return run();
  const sighting = watch.begins(work);
  const result = sighting.within(run);
  // Beside the answer, not before it: nobody waits for those who look on.
  result.then(
    (value) => sighting.ends(outcomeOf(value)),
    (error: unknown) => sighting.ends({ failed: kindOf(error) }),
  );
  return result;
}

/** An error's code or name, never its message, which may hold anything. */
export function kindOf(error: unknown): string {
  const { code, name }: { code?: unknown; name?: unknown } = Object(error);
  const kind = typeof code === 'string' ? code : name;
  return typeof kind === 'string' && /^\w{1,40}$/.test(kind) ? kind : 'Error';
}

/** Two who see the same. */
export function together(first: Watch, second: Watch): Watch {
  return {
    begins(work) {
      const [one, other] = [first.begins(work), second.begins(work)];
      const traceId = one.traceId ?? other.traceId;
      return {
        ...(traceId !== undefined && { traceId }),
        within: (run) => one.within(() => other.within(run)),
        ends(outcome, name) {
          one.ends(outcome, name);
          other.ends(outcome, name);
        },
      };
    },
    happened(event) {
      first.happened(event);
      second.happened(event);
    },
  };
}

/** What happens in a transaction has happened once that is committed. */
export function heldBack(watch: Watch): { watch: Watch; tell(): void } {
  const events: Happening[] = [];
  return {
    watch: { begins: (work) => watch.begins(work), happened: (event) => void events.push(event) },
    tell: () => events.forEach((event) => watch.happened(event)),
  };
}
