import type { Circumstances } from '../audit/events.ts';
import type { AuditTrail } from '../audit/store.ts';
import type { Atomically } from '../transactions/atomically.ts';
import type { Account } from './account.ts';
import { type MarkDeps, markBrowser } from './known-browsers.ts';

export interface ComeInDeps extends Pick<MarkDeps, 'keys' | 'now'> {
  atomically: Atomically<Pick<MarkDeps, 'knownBrowsers'> & { audit: Pick<AuditTrail, 'record'> }>;
}

export interface Arrival {
  account: Account;
  /** "Keep me signed in". */
  remember: boolean;
  /** What this browser is known by. */
  marks: readonly string[];
  /** What names this visit and no other, as the interaction's uid does: whoever clicks twice comes in with one browser. */
  visit: string;
}

/**
 * Somebody proved to be somebody and their address is proved: the account knows this browser from now on. Whichever way they came
 * (a password, a code, a new password), this is said once, at the end of it. Answers the mark for the browser's cookie.
 */
export async function comeIn(
  { atomically, keys, now }: ComeInDeps,
  { account, remember, marks, visit }: Arrival,
  circumstances: Circumstances,
): Promise<{ mark: string }> {
  const from = { ...circumstances, accountId: account.id };
  return atomically(async ({ knownBrowsers, audit }) => {
    const { mark } = await markBrowser({ knownBrowsers, keys, now }, account, { marks, visit });
    await audit.record('signed-in', { remembered: remember }, from);
    return { mark };
  });
}
