import type { Mailer } from './mailer.ts';

/** How long a mail server that would not take a mail is spared, while another one does. */
const REST_MS = 30_000;

/** What the first server cannot take for now goes to the second at once. What it refuses for ever stays refused. */
export function withFallback(first: Mailer, second: Mailer, now: () => number = Date.now): Mailer {
  let restsUntil = 0;
  return {
    async deliver(message) {
      if (now() >= restsUntil) {
        const delivery = await first.deliver(message);
        if (delivery.outcome !== 'not-now') return delivery;
        restsUntil = now() + REST_MS;
      }
      return second.deliver(message);
    },
    async close() {
      await Promise.all([first.close(), second.close()]);
    },
  };
}
