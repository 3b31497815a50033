/**
 * The long proofs, on real servers: `npm run prove`, or `npm run prove -- refresh` for one. Prints a table; exits with 1 where a
 * promise is broken.
 */
import startRealParts from '../support/start-real-parts.js';
import stopRealParts from '../support/stop-real-parts.js';
import { axe } from './axe.ts';
import { contactSheet } from './contact-sheet.ts';
import { enumeration } from './enumeration.ts';
import { kills, smtpAway } from './mail.ts';
import { redemption, refresh } from './redemption.ts';
import { rotation } from './rotation.ts';
import { start } from './start.ts';
import { type Row, tableOf } from './table.ts';

const PROOFS: Record<string, () => Promise<Row[]>> = {
  start,
  enumeration,
  mail: async () => [...(await smtpAway()), ...(await kills())],
  redemption: async () => [await redemption('postgres'), await redemption('redis')],
  refresh: async () => [await refresh('postgres'), await refresh('redis')],
  rotation: async () => [await rotation()],
  axe,
};

/** Nothing is proved by these: they are made for somebody to look at. */
const ON_REQUEST: typeof PROOFS = { 'contact-sheet': contactSheet };

const wanted = process.argv.slice(2);
const chosen = Object.entries(wanted.length === 0 ? PROOFS : { ...PROOFS, ...ON_REQUEST }).filter(
  ([name]) => wanted.length === 0 || wanted.includes(name),
);
await startRealParts();
const rows: Row[] = [];
try {
  for (const [, prove] of chosen) {
    const seen = await prove();
    rows.push(...seen);
    console.log(`${tableOf(seen)}\n`);
  }
} finally {
  await stopRealParts();
}
process.exitCode = rows.length > 0 && rows.every(({ holds }) => holds) ? 0 : 1;
