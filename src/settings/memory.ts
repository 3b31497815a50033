import { totalmem } from 'node:os';
import { getHeapStatistics } from 'node:v8';

const MB = 1024 * 1024;

/** What one of so many processes may use here, in MB: its share of the container or machine, and what Node.js was given. */
export function memoryHere(processes: number): number {
  // Without a limit it is 0, or more than there is.
  const container = process.constrainedMemory() || Infinity;
  const share = Math.min(container, totalmem()) / processes;
  return Math.floor(Math.min(share, 2 * getHeapStatistics().heap_size_limit) / MB);
}
