import type { Circumstances } from '../audit/events.ts';
import type { AuditTrail } from '../audit/store.ts';
import { browserName } from '../http/browser-name.ts';
import { translator } from '../i18n/translate.ts';
import { type PostingPorts, languageFor, postMail } from '../mail/post-mail.ts';
import type { Atomically } from '../transactions/atomically.ts';
import type { Account } from './account.ts';
import { type MarkDeps, markBrowser } from './known-browsers.ts';

export interface ComeInDeps extends Pick<MarkDeps, 'keys' | 'now'> {
  atomically: Atomically<
    PostingPorts & Pick<MarkDeps, 'knownBrowsers'> & { audit: Pick<AuditTrail, 'record'> }
  >;
}

export interface Arrival {
  account: Account;
  /** "Keep me signed in". */
  remember: boolean;
  /** What this browser is known by. */
  marks: readonly string[];
  /** What names this visit and no other, as the interaction's uid does: whoever clicks twice comes in with one browser. */
  visit: string;
  /** Another mail tells the owner of it already. */
  announced?: boolean;
}

/**
 * Somebody proved to be somebody, whichever way (a password, a code, a new password), and their address is proved. Said
 * once, at the end of it: the account knows this browser from now on, and its owner is told where nobody came with it
 * before. Answers the mark for the browser's cookie.
 */
export async function comeIn(
  { atomically, keys, now }: ComeInDeps,
  { account, remember, marks, visit, announced = false }: Arrival,
  circumstances: Circumstances,
): Promise<{ mark: string }> {
  const from = { ...circumstances, accountId: account.id };
  return atomically(async ({ knownBrowsers, audit, ...posting }) => {
    const [{ mark, acquaintance }] = await Promise.all([
      markBrowser({ knownBrowsers, keys, now }, account, { marks, visit }),
      audit.record('signed-in', { remembered: remember }, from),
    ]);
    if (acquaintance === 'new' && !announced) {
      await postMail(posting, 'new-device', newDevice(account, circumstances, now()), account);
    }
    return { mark };
  });
}

function newDevice({ locale, zoneinfo }: Account, { ip, userAgent }: Circumstances, at: Date) {
  const browser = browserName(userAgent, translator(languageFor(locale)));
  return {
    at: at.toISOString(),
    ...(browser !== undefined && { browser }),
    ...(ip !== undefined && { ip }),
    ...(zoneinfo !== undefined && { zone: zoneinfo }),
  };
}
