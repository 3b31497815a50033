import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Notes } from './experiment.ts';
import type { Stage } from './stage.ts';

const RED_MS = 5000;

/** Those who ask learn within five seconds that a server cannot work, and never that it is dead. */
export async function turnsRed({ servers }: Stage, { note, broken }: Notes): Promise<void> {
  const since = performance.now();
  const red = new Set<number>();
  while (red.size < servers.length && performance.now() - since < RED_MS) {
    for (const server of servers) {
      const [ready, live] = await Promise.all([
        server.ask('/health/ready').catch(() => undefined),
        server.ask('/health/live').catch(() => undefined),
      ]);
      if (ready?.status === 503) red.add(server.port);
      if (live?.status !== 200) broken('a server says that it is dead');
    }
    await sleep(100);
  }
  if (red.size === servers.length) note(`not ready after ${seconds(performance.now() - since)}`);
  else broken(`${servers.length - red.size} servers still ready after ${seconds(RED_MS)}`);
}

/** It is no fault of a server that one of its parts is away for a while. */
export async function staysUp({ servers }: Stage, { broken }: Notes): Promise<void> {
  for (const { child } of servers) {
    if (child.exitCode !== null || child.signalCode !== null) broken('a server has ended');
  }
}

/** Nothing that somebody held was burned: no code, no sign-in in progress. */
export async function nobodyBeginsAnew({ recorder }: Stage, { broken }: Notes): Promise<void> {
  const anew = recorder.facts.filter((fact) => fact.is === 'ended' && fact.anew > 0);
  if (anew.length > 0) broken(`${anew.length} had to begin anew`);
}

/** Megabytes that all servers hold together. */
export function rssOf({ servers }: Pick<Stage, 'servers'>): number {
  const kilobytes = servers.map(({ child }) => {
    const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0);
  });
  return Math.round(kilobytes.reduce((sum, one) => sum + one, 0) / 1024);
}

export const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
