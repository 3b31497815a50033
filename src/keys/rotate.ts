import {
  type KeyCareDeps,
  type KeyChange,
  changeKeys,
  isComplete,
  keyIn,
  replenish,
  takeOver,
} from './make-keys.ts';
import { standings, willSign } from './rotation.ts';
import type { StoredKey } from './store.ts';

/** What time has made due: the key after the one that took over, and an end to what no longer counts. For the scheduler. */
export async function rotateIfDue(deps: KeyCareDeps): Promise<'changed' | 'nothing-due'> {
  const moment = { lifetimes: deps.lifetimes, now: deps.now(), home: await deps.home.look() };
  const keys = await deps.signingKeys.list();
  if (isComplete(keys, moment) && leftovers(keys, moment).length === 0) return 'nothing-due';
  await changeKeys(deps, async (change) => {
    await replenish(change);
    await clear(change);
  });
  return 'changed';
}

/** Lets the next key take over now, or as soon as every application can know it. */
export async function rotateNow(deps: KeyCareDeps): Promise<{ kid: string; signsFrom: Date }> {
  return changeKeys(deps, async (change) => {
    await replenish(change);
    const next = keyIn('next', await change.keys.list(), change);
    if (!next) throw new Error('There is no next key.');
    const signsFrom = await takeOver(change, next);
    await replenish(change);
    return { kid: next.kid, signsFrom };
  });
}

type Moment = Pick<KeyChange, 'lifetimes' | 'now'>;

/** Private halves that will never sign again, and keys that prove nothing any more. */
function leftovers(keys: readonly StoredKey[], { lifetimes, now }: Moment) {
  return standings(keys, lifetimes, now).filter(
    (standing) =>
      standing.state === 'forgotten' || (standing.key.privateSeal && !willSign(standing)),
  );
}

async function clear(change: KeyChange): Promise<void> {
  for (const { key, state } of leftovers(await change.keys.list(), change)) {
    if (state === 'forgotten') await change.keys.delete(key.kid);
    else await change.keys.replaceSeal(key.kid, undefined);
  }
}
