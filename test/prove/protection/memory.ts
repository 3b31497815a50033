import { readFileSync } from 'node:fs';

export const residentMb = (pid: number | undefined) =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;

/** Looks ten times a second; answers the most that was seen. */
export function watchMemory(pid: number | undefined): () => number {
  let most = residentMb(pid);
  const look = setInterval(() => (most = Math.max(most, residentMb(pid))), 100);
  return () => {
    clearInterval(look);
    return most;
  };
}
