import type { Mailer } from './mailer.ts';

/** How long what is in hand may still take with the old password. */
const LAST_MS = 60_000;

/**
 * A mail whose server refuses our login is tried once more at once, where another login is known by then.
 * @param openAnew looks for another login; undefined where there is none.
 */
export function renewedMailer(first: Mailer, openAnew: () => Promise<Mailer | undefined>): Mailer {
  let mailer = first;
  let looking: Promise<void> | undefined;
  const old = new Set<Mailer>();

  async function look(): Promise<void> {
    const retired = mailer;
    const other = await openAnew();
    if (!other) return;
    mailer = other;
    old.add(retired);
    setTimeout(() => {
      old.delete(retired);
      void retired.close();
    }, LAST_MS).unref();
  }

  return {
    async deliver(message) {
      const used = mailer;
      const delivery = await used.deliver(message);
      if (delivery.outcome !== 'not-now' || !delivery.loginRefused) return delivery;
      if (used === mailer) await (looking ??= look().finally(() => (looking = undefined)));
      return used === mailer ? delivery : mailer.deliver(message);
    },
    async close() {
      await Promise.all([mailer, ...old].map((one) => one.close()));
    },
  };
}
