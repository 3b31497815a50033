import { readFileSync, readdirSync } from 'node:fs';

/** Reads from /proc what processes and the machine have worked. Linux only. */

/** Microseconds that these processes, their threads and their children have run so far. */
export function workedUs(pids: readonly number[]): number {
  return family(pids).reduce((sum, pid) => sum + ownUs(pid), 0);
}

export interface MachineTime {
  /** Of all processors together. */
  totalUs: number;
  /** Spent for processes. What interrupts take is counted for nobody. */
  busyUs: number;
  /** Taken by other guests of the same hardware. */
  stolenUs: number;
}

const TICK_US = 10_000;

export function machineTime(): MachineTime {
  const [line = ''] = readFileSync('/proc/stat', 'utf8').split('\n');
  const ticks = line.split(/\s+/).slice(1, 9).map(Number);
  const [user = 0, nice = 0, system = 0, , , , , steal = 0] = ticks;
  const total = ticks.reduce((sum, one) => sum + one, 0);
  return {
    totalUs: total * TICK_US,
    busyUs: (user + nice + system) * TICK_US,
    stolenUs: steal * TICK_US,
  };
}

function family(pids: readonly number[]): number[] {
  return pids.flatMap((pid) => [pid, ...family(childrenOf(pid))]);
}

function childrenOf(pid: number): number[] {
  return tasksOf(pid).flatMap((task) =>
    read(`/proc/${pid}/task/${task}/children`).split(' ').filter(Boolean).map(Number),
  );
}

/** The scheduler counts in nanoseconds, where `stat` counts in hundredths of a second. */
function ownUs(pid: number): number {
  return tasksOf(pid).reduce((sum, task) => {
    const [ranNs = 0] = read(`/proc/${pid}/task/${task}/schedstat`).split(' ').map(Number);
    return sum + ranNs / 1000;
  }, 0);
}

function tasksOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}

/** A thread may end between being listed and being read. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
