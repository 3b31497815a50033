import type { AuditTrail } from '../audit/store.ts';
import { nextTryInS } from '../jobs/next-try.ts';
import { SignerAway } from '../keys/key-ring.ts';
import type { Atomically } from '../transactions/atomically.ts';
import { type LogoutTokenDeps, logoutToken } from './logout-token.ts';
import type { Receiver, Told } from './receiver.ts';
import type { LogoutNotice, LogoutNoticeStore } from './store.ts';

export interface TellClientDeps extends LogoutTokenDeps {
  receiver: Receiver;
}

/** What became of it; nobody may have been asked at all. */
export type Answer = Told | { outcome: 'not-signed'; why: string };

/** One try of one notice that was claimed. Told twice where a word is lost, never not at all. */
export async function tellClient(
  deps: TellClientDeps,
  notice: LogoutNotice,
  cut: AbortSignal,
): Promise<Answer> {
  const token = await signedNow(deps, notice);
  if (token === undefined) return { outcome: 'not-signed', why: 'nothing can be signed' };
  return deps.receiver.tell(notice.uri, token, cut);
}

async function signedNow(deps: LogoutTokenDeps, notice: LogoutNotice): Promise<string | undefined> {
  try {
    return await logoutToken(deps, notice);
  } catch (error) {
    if (error instanceof SignerAway) return undefined;
    throw error;
  }
}

export interface ConcludeDeps {
  logoutNotices: Pick<LogoutNoticeStore, 'remove' | 'postpone'>;
  atomically: Atomically<{
    logoutNotices: Pick<LogoutNoticeStore, 'fail'>;
    audit: Pick<AuditTrail, 'record'>;
  }>;
}

export type Conclusion = 'told' | 'postponed' | 'failed' | 'left-alone';

/** Whoever signs out wants to be out today: later than that nobody expects it. */
const TRIED_FOR_S = 12 * 3600;

export async function conclude(
  { logoutNotices, atomically }: ConcludeDeps,
  { id, clientId, accountId, ageS }: LogoutNotice,
  answer: Answer,
): Promise<Conclusion> {
  if (answer.outcome === 'accepted') {
    await logoutNotices.remove(id);
    return 'told';
  }
  const { why } = answer;
  const forS = answer.outcome === 'refused' ? undefined : nextTryInS(ageS, TRIED_FOR_S);
  if (forS !== undefined) {
    return (await logoutNotices.postpone(id, forS, why)) ? 'postponed' : 'left-alone';
  }
  return atomically(async (ports) => {
    if (!(await ports.logoutNotices.fail(id, why))) return 'left-alone';
    const about = { noticeId: id, why: answer.outcome };
    const by = { actor: 'system', clientId, accountId } as const;
    await ports.audit.record('logout-notice-failed', about, by);
    return 'failed';
  });
}
