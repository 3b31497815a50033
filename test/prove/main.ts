/**
 * The long proofs, on real servers: `npm run prove`, or `npm run prove -- refresh` for one. Prints a table; exits with 1 where a
 * promise is broken. `npm run prove -- faults F-14 F-1 --outage=10` breaks only so, and only for so many seconds;
 * `npm run prove -- soak --minutes=2` takes two minutes in the place of an hour.
 */
import { parseArgs } from 'node:util';
import startRealParts from '../support/start-real-parts.js';
import stopRealParts from '../support/stop-real-parts.js';
import { faults } from '../faults/main.ts';
import { soak } from '../soak/main.ts';
import { axe } from './axe.ts';
import { contactSheet } from './contact-sheet.ts';
import { enumeration } from './enumeration.ts';
import { kills, smtpAway } from './mail.ts';
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
  mail: async () => [...(await smtpAway()), ...(await kills())],
  redemption: async () => [await redemption('postgres'), await redemption('redis')],
  refresh: async () => [await refresh('postgres'), await refresh('redis')],
  rotation: async () => [await rotation()],
  'vault-rotation': async () => [await vaultRotation()],
  protection,
  faults: brokenByFaults,
  axe,
};

/** One is made for somebody to look at, and proves nothing; the other takes an hour of its own. */
const ON_REQUEST: typeof PROOFS = { 'contact-sheet': contactSheet, soak: soaked };

/** They start their own databases. */
const HAS_ITS_OWN = new Set(['faults', 'soak']);

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
  ([name]) => wanted.length === 0 || wanted.includes(name),
);
const needsParts = chosen.some(([name]) => !HAS_ITS_OWN.has(name));
if (needsParts) await startRealParts();
const rows: Row[] = [];
try {
  for (const [, prove] of chosen) {
    const seen = await prove();
    rows.push(...seen);
    console.log(`${tableOf(seen)}\n`);
  }
} finally {
  if (needsParts) await stopRealParts();
}
process.exitCode = rows.length > 0 && rows.every(({ holds }) => holds) ? 0 : 1;

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

async function brokenByFaults(): Promise<Row[]> {
  const outcomes = await faults({
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
