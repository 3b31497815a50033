import { setTimeout as sleep } from 'node:timers/promises';
import { askForItself, askWho, readDocuments, refreshOne } from './applications.ts';
import { resetPassword, signIn, signUp } from './visitors.ts';
import type { World } from './world.ts';

/** How many come a second, at rate 1. Who comes does not wait for who came before: a queue is seen as one. */
const ARRIVALS: [number, (world: World) => Promise<void>][] = [
  [0.8, signIn],
  [4, refreshOne],
  [4, askForItself],
  [4, askWho],
  [1.5, readDocuments],
  [0.3, signUp],
  [0.25, resetPassword],
];

export interface Load {
  /** Nobody comes any more; ends when all have gone. */
  stop(): Promise<void>;
}

export function openLoad(world: World, rate = 1): Load {
  const inside = new Set<Promise<void>>();
  const over = new AbortController();

  async function arrive(perS: number, come: (world: World) => Promise<void>): Promise<void> {
    while (!over.signal.aborted) {
      await sleep((-Math.log(1 - Math.random()) * 1000) / (perS * rate));
      if (over.signal.aborted) return;
      const gone = come(world).finally(() => inside.delete(gone));
      inside.add(gone);
    }
  }

  const arriving = ARRIVALS.map(([perS, come]) => arrive(perS, come));
  return {
    async stop() {
      over.abort();
      await Promise.all(arriving);
      await Promise.all(inside);
    },
  };
}
