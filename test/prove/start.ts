import { readFileSync } from 'node:fs';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startServer } from '../support/server-process.ts';
import type { Row } from './table.ts';

/** On nothing at all, then on what that left: how long to ready, and what the process holds when nobody asks. */
export async function start(): Promise<Row[]> {
  const dataDir = mkdtempSync(join(tmpdir(), 'gatehouse-prove-'));
  const first = await timed(dataDir);
  const later = await timed(dataDir);
  rmSync(dataDir, { recursive: true, force: true });
  return [
    row('first start, on an empty folder', first.ms, 5000),
    row('later start', later.ms, 2000),
    {
      proof: 'idle resident memory of the server process',
      expected: 'under 160 MB',
      seen: `${later.rssMb} MB`,
      holds: later.rssMb < 160,
    },
  ];
}

async function timed(dataDir: string): Promise<{ ms: number; rssMb: number }> {
  const started = performance.now();
  const server = await startServer({ dataDir });
  const ms = performance.now() - started;
  await sleep(10_000);
  const status = readFileSync(`/proc/${server.child.pid}/status`, 'utf8');
  const rssMb = Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
  await server.stop();
  return { ms, rssMb };
}

const row = (proof: string, ms: number, limitMs: number): Row => ({
  proof,
  expected: `under ${limitMs / 1000} s`,
  seen: `${(ms / 1000).toFixed(2)} s`,
  holds: ms < limitMs,
});
