import type { SessionLife, SessionStore } from './store.ts';

export interface ListSessionsDeps {
  sessions: Pick<SessionStore, 'listLiving'>;
  now: () => Date;
}

/** The browsers in which a person is signed in, last used first. */
export async function listSessions(
  { sessions, now }: ListSessionsDeps,
  accountId: string,
): Promise<SessionLife[]> {
  const living = await sessions.listLiving(accountId, now());
  return living.toSorted((a, b) => b.lastUsedAt.getTime() - a.lastUsedAt.getTime());
}
