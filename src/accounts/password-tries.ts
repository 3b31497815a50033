import type { BudgetName } from '../limits/budgets.ts';
import type { Asked, Limiter } from '../limits/limiter.ts';
import type { Lines } from '../limits/lines.ts';
import { originOf } from '../limits/origin.ts';
import type { Account } from './account.ts';
import { canonicalIdentifier } from './find-by-identifier.ts';
import { type KnownBrowserDeps, recognise } from './known-browsers.ts';

/** Whether a password may be tried. Asked of before any hash, once it is known whom it would be tried on. */
export type AdmitTry = (account: Account | undefined) => Promise<PasswordTry>;

export type PasswordTry =
  | {
      admitted: true;
      /** Its account has none left: it is not even looked at, and answered like a wrong one. */
      blind?: true;
      /** What this one would spend if it fails. */
      spends: BudgetName[];
      /** Must be told, whatever happened. Only failures count. */
      done(failed: boolean): Promise<void>;
    }
  | { admitted: false; waitS: number };

/** Who tries, as far as it can be seen before they prove to be anybody. */
export interface Visitor {
  ip: string;
  /** What the browser brings (known-browser-cookie.ts). */
  marks: readonly string[];
}

export interface PasswordTriesDeps extends KnownBrowserDeps {
  limiter: Limiter;
  /**
   * A try takes its place before it is known to be a failure. Only a few at a time for one account, so that several
   * devices of one person that come at once, all with the right password, do not refuse each other.
   */
  lines: Lines;
}

/**
 * A browser that the account knows has tries of its own: nobody else can spend them, and it waits for nobody. Strangers
 * are counted by what they typed, and by whom it means: who spends what an account has by its address is told no sooner
 * at its user name, and so does not learn that both are one person's.
 */
export function passwordTries(
  deps: PasswordTriesDeps,
  identifier: string,
  visitor: Visitor,
): AdmitTry {
  return async (account) => {
    const mark = await recognise(deps, account, visitor.marks);
    const counted = (one: string) => `${mark ?? one} ${account?.unlocks ?? 0}`;
    const typed = `nobody ${canonicalIdentifier(identifier)}`;
    const asTyped = counted(`typed ${typed}`);
    const who = counted(account ? `account ${account.id}` : typed);
    const leave = await deps.lines(who);
    try {
      const attempt = await deps.limiter.admit(
        mark ? ownTries(who) : strangersTries({ who, asTyped }, visitor),
      );
      if (!attempt.admitted) {
        leave();
        return { admitted: false, waitS: attempt.waitS };
      }
      const done = (failed: boolean) => settle(attempt, failed).finally(leave);
      return {
        admitted: true,
        spends: attempt.spent,
        done,
        ...(attempt.without && { blind: true }),
      };
    } catch (error) {
      leave();
      throw error;
    }
  };
}

async function settle(admission: { giveBack(): Promise<void> }, failed: boolean): Promise<void> {
  if (!failed) await admission.giveBack();
}

function ownTries(of: string): Asked[] {
  return [{ budget: 'passwords-per-known-browser', of }];
}

/** What its account has left is no reason to refuse a stranger: the try is not looked at, and nobody learns why. */
function strangersTries(
  { who, asTyped }: { who: string; asTyped: string },
  { ip }: Visitor,
): Asked[] {
  return [
    { budget: 'passwords-per-account', of: asTyped },
    { budget: 'passwords-per-origin', of: originOf(ip) },
    { budget: 'passwords-in-all', of: 'all' },
    { budget: 'passwords-per-account', of: who, evenIfSpent: true },
  ];
}
