import type { ChangeFeed } from './changes/change-feed.ts';
import { type House, keyCare } from './furnish.ts';
import { openAlarm } from './keys/alarm.ts';
import { ensureKeys } from './keys/make-keys.ts';
import { type OpenKeyRing, openKeyRing } from './keys/open-key-ring.ts';
import { outOfReach } from './keys/out-of-reach.ts';
import { watchTransit } from './keys/transit-watch.ts';
import type { Logger } from './logging/logger.ts';

interface Surroundings {
  changes: ChangeFeed;
  log: Logger;
  atClose: (step: () => unknown) => void;
}

/**
 * The ring of a server: keys are made, or move, where that is due; those in Vault are tried, and looked at from then on.
 * No server starts with keys that cannot sign.
 */
export async function openSigning(
  house: House,
  { changes, log, atClose }: Surroundings,
): Promise<OpenKeyRing> {
  const care = keyCare(house, { actor: 'system' });
  const { transit, transitKey } = house.signing;
  const lost = await outOfReach(care);
  if (lost && house.settings.production) throw lost;
  if (lost) log.warn({ err: lost }, 'a new local key signs at once');
  await ensureKeys(care);
  const onFault = (error: unknown) => log.warn({ err: error }, 'signing keys cannot be read');
  const ring = await openKeyRing({ ...care, transit, changes, onFault });
  atClose(() => ring.close());
  if (!transit) return ring;
  const alarm = readingAlarm(log);
  const settle = () => ensureKeys(care);
  const watch = watchTransit({ transit, home: transitKey, settle, alarm });
  atClose(() => watch.close());
  await ring.sign(ring.current.kid, Buffer.from('gatehouse'));
  return ring;
}

/** Every request that needs a signature fails meanwhile: this is for the night. */
export function signingAlarm(log: Logger) {
  return openAlarm({
    raise: (error) => log.error({ err: error }, 'Vault gives no signatures'),
    over: () => log.info('Vault gives signatures again'),
  });
}

function readingAlarm(log: Logger) {
  return openAlarm({
    raise: (error) => log.warn({ err: error }, 'the keys in Vault cannot be looked at'),
    over: () => log.info('the keys in Vault can be looked at again'),
  });
}
