/**
 * The long proofs, on real servers: `npm run prove`, or `npm run prove -- refresh` for one. Prints a table; exits with 1 where a
 * promise is broken. `npm run prove -- faults F-14 F-1 --outage=10` breaks only so, and only for so many seconds;
 * The last line says how long each proof took. `npm run prove -- soak --minutes=2` takes two minutes in the place of an hour.
 */
import { parseArgs } from 'node:util';
import startRealParts from '../support/start-real-parts.js';
import stopRealParts from '../support/stop-real-parts.js';
import { faults } from '../faults/main.ts';
import { soak } from '../soak/main.ts';
import { axe } from './axe.ts';
import { contactSheet } from './contact-sheet.ts';
import { enumeration } from './enumeration.ts';
import { inLanes } from './lanes.ts';
import { protection } from './protection/main.ts';
import { redemption, refresh } from './redemption.ts';
import { rotation } from './rotation.ts';
import { start } from './start.ts';
import { vaultRotation } from './vault-rotation.ts';
import { type Row, tableOf } from './table.ts';

const FAULT = /^F-\d+[a-z]?$/;

const PROOFS: Record<string, () => Promise<Row[]>> = {
  start,
  enumeration,
  protection,
  faults: () => brokenByFaults(false),
  // The longest first of those that are proved two at a time.
  'faults beside': () => brokenByFaults(true),
  axe,
  rotation: async () => [await rotation()],
  'vault-rotation': async () => [await vaultRotation()],
  redemption: async () => [await redemption('postgres'), await redemption('redis')],
  refresh: async () => [await refresh('postgres'), await refresh('redis')],
};

/** One is made for somebody to look at, and proves nothing; the other takes an hour of its own. */
const ON_REQUEST: typeof PROOFS = { 'contact-sheet': contactSheet, soak: soaked };

/** They have the machine for themselves; of the others two at a time are proved. */
const MEASURES_TIME = new Set(['start', 'enumeration', 'protection', 'faults', 'soak']);

/** They start their own databases. */
const HAS_ITS_OWN = new Set(['faults', 'faults beside', 'soak']);

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    outage: { type: 'string' },
    minutes: { type: 'string', default: '60' },
    share: { type: 'string', default: '0.5' },
    rate: { type: 'string' },
    heap: { type: 'string', default: '96' },
    snapshots: { type: 'boolean', default: false },
  },
});
const wanted = positionals.filter((word) => !FAULT.test(word));
const chosen = Object.entries(wanted.length === 0 ? PROOFS : { ...PROOFS, ...ON_REQUEST }).filter(
  ([name]) => wanted.length === 0 || wanted.includes(name.replace(/ beside$/, '')),
);
const needsParts = chosen.some(([name]) => !HAS_ITS_OWN.has(name));
if (needsParts) await startRealParts();
const rows: Row[] = [];
const began = performance.now();
const took: string[] = [];
const tasks = chosen.map(([name, prove]) => ({ name, work: () => proveOne(name, prove) }));
try {
  for (const { name, work } of tasks) if (MEASURES_TIME.has(name)) await work();
  const others = tasks.filter(({ name }) => !MEASURES_TIME.has(name));
  await inLanes(
    2,
    others.map(({ work }) => work),
  );
} finally {
  if (needsParts) await stopRealParts();
}
console.log(`${took.join(', ')}; all ${minutesSince(began)}`);
process.exitCode = rows.length > 0 && rows.every(({ holds }) => holds) ? 0 : 1;

async function proveOne(name: string, prove: () => Promise<Row[]>): Promise<void> {
  const since = performance.now();
  const seen = await prove();
  rows.push(...seen);
  took.push(`${name} ${minutesSince(since)}`);
  console.log(`${tableOf(seen)}\n${took.at(-1)}\n`);
}

function minutesSince(moment: number): string {
  const seconds = Math.round((performance.now() - moment) / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

function soaked(): Promise<Row[]> {
  const { minutes, share, rate, heap, snapshots } = options;
  return soak({
    minutes: Number(minutes),
    share: Number(share),
    heapMb: Number(heap),
    snapshots,
    ...(rate && { perS: Number(rate) }),
  });
}

async function brokenByFaults(beside: boolean): Promise<Row[]> {
  const outcomes = await faults({
    beside,
    ids: positionals.filter((word) => FAULT.test(word)),
    ...(options.outage && { outageS: Number(options.outage) }),
  });
  return outcomes.map(({ id, what, broken, ...seen }) => ({
    proof: `${id} ${what}`,
    expected: 'nothing lost, duplicated or wrong; back in time',
    seen: [`lost ${seen.lost}, errors ${seen.errors} of ${seen.calls}`, ...broken].join('; '),
    holds: broken.length === 0,
  }));
}
