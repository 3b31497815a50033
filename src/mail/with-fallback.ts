import type { Delivery, Mailer } from './mailer.ts';

/** How long a mail server that would not take a mail is spared, while another one does. */
const REST_MS = 30_000;
/** How long a mail that the first server may have taken waits for its word. Then, twice is better than never. */
const DOUBT_MS = 60_000;

/**
 * What the first server cannot take for now goes to the second at once; what it refuses for ever stays refused. What it
 * may have taken, it is asked about again: the same mail under the same Message-ID, which a server may know.
 */
export function withFallback(first: Mailer, second: Mailer, now: () => number = Date.now): Mailer {
  let restsUntil = 0;
  const doubts = openDoubts(now);
  return {
    async deliver(message) {
      if (now() >= restsUntil || doubts.about(message.id)) {
        const delivery = await first.deliver(message);
        if (delivery.outcome !== 'not-now') return settled(delivery, message.id);
        restsUntil = now() + REST_MS;
        if (delivery.inDoubt) doubts.raise(message.id);
        if (doubts.about(message.id)) return delivery;
      }
      return settled(await second.deliver(message), message.id);
    },
    async close() {
      await Promise.all([first.close(), second.close()]);
    },
  };

  function settled(delivery: Delivery, id: string): Delivery {
    if (delivery.outcome !== 'not-now') doubts.forget(id);
    return delivery;
  }
}

/** The mails that may be there already, by their first doubt. Of this process: another one may deliver twice. */
function openDoubts(now: () => number) {
  const since = new Map<string, number>();
  const isOver = (at: number) => now() - at >= DOUBT_MS;
  return {
    about: (id: string) => {
      const at = since.get(id);
      return at !== undefined && !isOver(at);
    },
    raise(id: string) {
      for (const [one, at] of since) if (now() - at > FORGOTTEN_MS) since.delete(one);
      if (!since.has(id)) since.set(id, now());
    },
    forget: (id: string) => since.delete(id),
  };
}

/** No mail is tried for longer (send-mail.ts). */
const FORGOTTEN_MS = 25 * 3600 * 1000;
