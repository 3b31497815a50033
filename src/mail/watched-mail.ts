import { type Watch, seen } from '../watching/watch.ts';
import type { Mailer } from './mailer.ts';
import type { Outcome } from './send-mail.ts';

/** The same mailer; each delivery is seen. */
export function watchedMailer(mailer: Mailer, watch: Watch): Mailer {
  return {
    deliver: (message) =>
      seen(
        watch,
        { kind: 'mail', name: 'deliver' },
        () => mailer.deliver(message),
        ({ outcome }) => ({ as: outcome }),
      ),
    close: () => mailer.close(),
  };
}

/** One try of one mail, seen as a whole. */
export function watchedSending(send: (mailId: string) => Promise<Outcome>, watch: Watch) {
  return (mailId: string) =>
    seen(
      watch,
      { kind: 'mail', name: 'try' },
      () => send(mailId),
      (as) => ({ as }),
    );
}
