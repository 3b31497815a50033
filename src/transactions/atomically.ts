/**
 * Runs work whose writes stand or fall together: what changes, the audit event that tells it,
 * and the job that follows from it. `Ports` is what the use case needs, bound to the transaction.
 */
export type Atomically<Ports> = <T>(work: (ports: Ports) => Promise<T>) => Promise<T>;
