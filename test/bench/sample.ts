import type { Driver } from './driver.ts';
import type { Run } from './load.ts';
import { machineTime, workedUs } from './processor-time.ts';

/** What one run showed. Times of the processor are a request's, and the server's apart from its stores'. */
export interface Sample {
  operations: number;
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
  serverUs: number;
  storesUs: number;
  driverUs: number;
  /** What others took of the machine meanwhile, as a share of all of it. */
  disturbance: number;
}

export interface Measured {
  driver: Driver;
  /** The server, or what stands in for it. */
  serverPid: number;
  storePids: readonly number[];
  /** All that belongs to the bench: its other processes are no strangers. */
  ownPids: readonly number[];
}

export async function sample(
  { driver, serverPid, storePids, ownPids }: Measured,
  run: Run,
): Promise<Sample> {
  const read = () => ({
    machine: machineTime(),
    server: workedUs([serverPid]),
    stores: workedUs(storePids),
    driver: workedUs([driver.pid]),
    own: workedUs(ownPids),
  });
  const before = read();
  const ran = await driver.run(run);
  const after = read();
  const { operations } = ran;
  const each = (part: 'server' | 'stores' | 'driver') => (after[part] - before[part]) / operations;
  const total = after.machine.totalUs - before.machine.totalUs;
  const stolen = after.machine.stolenUs - before.machine.stolenUs;
  const strange = after.machine.busyUs - before.machine.busyUs - (after.own - before.own);
  return {
    operations,
    perSecond: operations / ran.seconds,
    p50Ms: ran.p50Ms,
    p99Ms: ran.p99Ms,
    serverUs: each('server'),
    storesUs: each('stores'),
    driverUs: each('driver'),
    disturbance: (Math.max(0, strange) + stolen) / total,
  };
}
