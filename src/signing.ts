import type { ChangeFeed } from './changes/change-feed.ts';
import { type House, keyCare } from './furnish.ts';
import { SignerAway } from './keys/key-ring.ts';
import { openAlarm } from './keys/alarm.ts';
import { ensureKeys } from './keys/make-keys.ts';
import { type OpenKeyRing, openKeyRing } from './keys/open-key-ring.ts';
import { outOfReach } from './keys/out-of-reach.ts';
import { watchTransit } from './keys/transit-watch.ts';
import type { Logger } from './logging/logger.ts';
import { VaultRefused } from './vault/vault.ts';

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
  await ensureKeys(care).catch(tellPolicy);
  const onFault = (error: unknown) => log.warn({ err: error }, 'signing keys cannot be read');
  const ring = await openKeyRing({ ...care, transit, changes, onFault });
  atClose(() => ring.close());
  if (!transit) return ring;
  const alarm = readingAlarm(log);
  const settle = () => ensureKeys(care);
  const watch = watchTransit({ transit, home: transitKey, settle, alarm });
  atClose(() => watch.close());
  await proveSigning(ring, house.signing).catch(tellPolicy);
  return ring;
}

/** With each published key of the home, the next one too: on its day it is too late. */
async function proveSigning(
  ring: OpenKeyRing,
  { transitKey }: Pick<House['signing'], 'transitKey'>,
): Promise<void> {
  const data = Buffer.from('gatehouse');
  const living = [...(transitKey?.versions.byKid.values() ?? [])].filter(({ maySign }) => maySign);
  try {
    await ring.sign(ring.current.kid, data);
    for (const { kid } of living) {
      const publicKey = ring.publicKey(kid);
      if (publicKey) await transitKey?.sign({ kid, publicKey }, data);
    }
  } catch (error) {
    // A key that gives way to another soon is no reason to stay away: the log has told of it.
    if (error instanceof SignerAway && error.cause instanceof Error) throw error.cause;
    if (!(error instanceof SignerAway)) throw error;
  }
}

function tellPolicy(error: unknown): never {
  if (!(error instanceof VaultRefused)) throw error;
  const remedy = 'Give its token or AppRole the policy that docs/operating.md shows.';
  throw new VaultRefused(`${error.message} ${remedy}`, { cause: error });
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
