import { within } from '../waiting/within.ts';
import type { Mailer } from './mailer.ts';

export interface Postman {
  /** Comes back when the mail is done with, or takes its time. */
  carry(mailId: string): Promise<void>;
  /** Lets what is in hand end, but not for long: what does not is tried again by the next process. */
  close(): Promise<void>;
}

/** How long others wait behind one mail. */
const PATIENCE_MS = 1500;
/** So many may take their time; then others do wait. Each of them holds a connection (smtp.ts). */
const MOST_SLOW = 12;
const LAST_MS = 2000;

/**
 * Carries mails so that a recipient whose server hangs holds up no other. A mail that takes its time goes on beside the
 * next ones; it is claimed, so that nobody else tries it, and if this process dies it is found overdue.
 */
export function openPostman(send: (mailId: string) => Promise<unknown>, mailer: Mailer): Postman {
  const slow = new Set<Promise<unknown>>();
  return {
    async carry(mailId) {
      const way = send(mailId);
      if (slow.size >= MOST_SLOW) {
        await way;
      } else if (!(await within(PATIENCE_MS, way))) {
        const quietly = way.catch(() => {});
        slow.add(quietly);
        void quietly.then(() => slow.delete(quietly));
      }
    },
    async close() {
      await within(LAST_MS, Promise.all(slow));
      await mailer.close();
      // Cut off, they are put back for later.
      await within(LAST_MS, Promise.all(slow));
    },
  };
}
