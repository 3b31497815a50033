import type { AuditTrail } from '../audit/store.ts';
import { nextTryInS } from '../jobs/next-try.ts';
import { SignerAway } from '../keys/key-ring.ts';
import type { Atomically } from '../transactions/atomically.ts';
import { type LogoutTokenDeps, logoutToken } from './logout-token.ts';
import type { Receiver, Told } from './receiver.ts';
import type { LogoutNotice, LogoutNoticeStore } from './store.ts';

export interface TellClientDeps extends LogoutTokenDeps {
  receiver: Receiver;
  atomically: Atomically<{
    logoutNotices: Pick<LogoutNoticeStore, 'remove' | 'postpone' | 'fail'>;
    audit: Pick<AuditTrail, 'record'>;
  }>;
}

/** Whoever signs out wants to be out today: later than that nobody expects it. */
const TRIED_FOR_S = 12 * 3600;

export interface Try {
  outcome: 'told' | 'postponed' | 'failed' | 'left-alone';
  /** What the receiver did; it may not have been asked at all. */
  receiver: 'answered' | 'away' | 'not-asked';
  why?: string;
}

/** One try of one notice that was claimed. Told twice where a word is lost, never not at all. */
export async function tellClient(
  deps: TellClientDeps,
  notice: LogoutNotice,
  cut: AbortSignal,
): Promise<Try> {
  const token = await signedNow(deps, notice);
  const told: Told =
    token === undefined
      ? { outcome: 'not-now', why: 'nothing can be signed' }
      : await deps.receiver.tell(notice.uri, token, cut);
  return { ...(await conclude(deps, notice, told)), receiver: receiverIn(token, told) };
}

async function signedNow(deps: LogoutTokenDeps, notice: LogoutNotice): Promise<string | undefined> {
  try {
    return await logoutToken(deps, notice);
  } catch (error) {
    if (error instanceof SignerAway) return undefined;
    throw error;
  }
}

function receiverIn(token: string | undefined, { outcome }: Told): Try['receiver'] {
  if (token === undefined) return 'not-asked';
  return outcome === 'not-now' ? 'away' : 'answered';
}

function conclude(
  { atomically }: TellClientDeps,
  { id, clientId, accountId, ageS }: LogoutNotice,
  told: Told,
): Promise<Omit<Try, 'receiver'>> {
  return atomically(async ({ logoutNotices, audit }) => {
    if (told.outcome === 'accepted') {
      await logoutNotices.remove(id);
      return { outcome: 'told' };
    }
    const { why } = told;
    const forS = told.outcome === 'not-now' ? nextTryInS(ageS, TRIED_FOR_S) : undefined;
    if (forS !== undefined) {
      const postponed = await logoutNotices.postpone(id, forS, why);
      return { outcome: postponed ? 'postponed' : 'left-alone', why };
    }
    if (!(await logoutNotices.fail(id, why))) return { outcome: 'left-alone', why };
    const about = { noticeId: id, why: told.outcome };
    await audit.record('logout-notice-failed', about, { actor: 'system', clientId, accountId });
    return { outcome: 'failed', why };
  });
}
