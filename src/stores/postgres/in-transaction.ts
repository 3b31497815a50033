import type { Prisma } from '../../../generated/prisma/client.ts';
import type { Db } from './database.ts';

/**
 * Several statements that stand or fall together: in the caller's transaction, or in one of their own. What runs in a
 * transaction could begin another one inside: that would cost two round trips, and nobody goes on after a failure.
 */
export function inTransaction<T>(
  db: Db,
  work: (tx: Prisma.TransactionClient) => Promise<T>,
): Promise<T> {
  return '$connect' in db ? db.$transaction(work) : work(db);
}

/**
 * The date of a row's next version: never the one that was seen, even where both fall into one millisecond,
 * so that of two writers who saw the same version exactly one finds it unchanged.
 */
export function nextVersion(seen: Date): Date {
  return new Date(Math.max(Date.now(), seen.getTime() + 1));
}
