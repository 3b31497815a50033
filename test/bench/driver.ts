import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Gathering, Order, Ran, Run } from './load.ts';

/** The way to the process that drives the load. */
export interface Driver {
  pid: number;
  gather(gathering: Gathering): Promise<void>;
  stock(run: Run, times: number): Promise<void>;
  run(run: Run): Promise<Ran>;
  close(): void;
}

export function openDriver(): Driver {
  const child = fork(join(import.meta.dirname, 'load.ts'));
  const obey = async (order: Order): Promise<Ran | undefined> => {
    child.send(order);
    const [answer] = await once(child, 'message');
    const { ran, failed }: { ran?: Ran; failed?: string } = Object(answer);
    if (failed !== undefined) throw new Error(failed);
    return ran;
  };
  return {
    pid: child.pid ?? 0,
    gather: async (gathering) => void (await obey({ order: 'gather', gathering })),
    stock: async (run, times) => void (await obey({ order: 'stock', run, times })),
    async run(run) {
      const ran = await obey({ order: 'run', run });
      if (!ran) throw new Error('the driver said nothing');
      return ran;
    },
    close: () => child.disconnect(),
  };
}
