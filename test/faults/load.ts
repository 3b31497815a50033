import { setTimeout as sleep } from 'node:timers/promises';
import { askForItself, askWho, readDocuments, refreshOne } from './applications.ts';
import { resetPassword, signIn, signUp } from './visitors.ts';
import type { World } from './world.ts';

/** How many come a second. Who comes does not wait for who came before: a queue is seen as one. */
const ARRIVALS = {
  signIn: 0.8,
  refreshOne: 4,
  askForItself: 4,
  askWho: 4,
  readDocuments: 1.5,
  signUp: 0.3,
  resetPassword: 0.25,
};

export interface Arrivals extends Partial<typeof ARRIVALS> {
  /** While so many are inside, nobody comes: for what would else be more than the machine can do. */
  most?: number;
}

const COMING: { [Name in keyof typeof ARRIVALS]: (world: World) => Promise<void> } = {
  signIn,
  refreshOne,
  askForItself,
  askWho,
  readDocuments,
  signUp,
  resetPassword,
};

const NAMES = [
  'signIn',
  'refreshOne',
  'askForItself',
  'askWho',
  'readDocuments',
  'signUp',
  'resetPassword',
] as const satisfies (keyof typeof ARRIVALS)[];

export interface Load {
  /** Nobody comes any more; ends when all have gone. */
  stop(): Promise<void>;
}

/** The usual crowd, but where it is said how many of whom come. */
export function openLoad(world: World, { most = Infinity, ...changes }: Arrivals = {}): Load {
  const arrivals = { ...ARRIVALS, ...changes };
  const inside = new Set<Promise<void>>();
  const over = new AbortController();

  async function arrive(perS: number, come: (world: World) => Promise<void>): Promise<void> {
    if (perS === 0) return;
    while (!over.signal.aborted) {
      await sleep((-Math.log(1 - Math.random()) * 1000) / perS);
      if (over.signal.aborted) return;
      if (inside.size >= most) continue;
      const gone = come(world).finally(() => inside.delete(gone));
      inside.add(gone);
    }
  }

  const arriving = NAMES.map((name) => arrive(arrivals[name], COMING[name]));
  return {
    async stop() {
      over.abort();
      await Promise.all(arriving);
      await Promise.all(inside);
    },
  };
}
