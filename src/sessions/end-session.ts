import type { Circumstances } from '../audit/events.ts';
import type { AuditTrail } from '../audit/store.ts';
import type { Atomically } from '../transactions/atomically.ts';
import type { SessionStore } from './store.ts';

export interface EndSessionDeps {
  atomically: Atomically<{
    sessions: Pick<SessionStore, 'listLiving' | 'end'>;
    audit: Pick<AuditTrail, 'record'>;
  }>;
  now: () => Date;
}

/** Ends one session of that person. Somebody else's is unknown, whoever guesses its id. */
export async function endSession(
  { atomically, now }: EndSessionDeps,
  { accountId, sessionId }: { accountId: string; sessionId: string },
  circumstances: Circumstances,
): Promise<'ended' | 'unknown'> {
  return atomically(async ({ sessions, audit }) => {
    const own = await sessions.listLiving(accountId, now());
    if (!own.some(({ id }) => id === sessionId)) return 'unknown';
    if (!(await sessions.end(sessionId, now()))) return 'unknown';
    await audit.record('signed-out', {}, { ...circumstances, accountId });
    return 'ended';
  });
}
