import { createDatabase } from '../support/database.ts';
import { databaseUrl } from '../support/database-url.ts';
import { startServer } from '../support/server-process.ts';
import { type Door, DOORS } from './doors.ts';
import { KINDS, type Kind, makeCrowd } from './crowd.ts';
import { median, separation } from './statistics.ts';
import type { Row } from './table.ts';

const REQUESTS = 1000;
const WARM_UP = 50;
const MEDIAN_MS = 5;
const SEPARATION = [0.45, 0.55] as const;

/** Every budget is so wide that nobody waits: it is about what an answer tells, not about how often one may ask. */
const WIDE = JSON.stringify(
  Object.fromEntries(
    [
      'passwords-per-account',
      'passwords-per-origin',
      'passwords-in-all',
      'codes-per-address',
      'mails-per-address',
      'mails-per-address-daily',
      'proofs-per-origin',
    ].map((name) => [name, { most: 1_000_000 }]),
  ),
);

/**
 * A thousand requests each, shuffled, one after the other, each with an address of its own: neither the bytes of the answers nor their
 * times tell whether somebody stands behind the address, and who.
 */
export async function enumeration(): Promise<Row[]> {
  const { config, drop } = await createDatabase();
  const server = await startServer({
    env: { DATABASE_URL: databaseUrl(config), GATEHOUSE_BUDGETS: WIDE, LOG_LEVEL: 'warn' },
  });
  const rows: Row[] = [];
  for (const door of DOORS) {
    const crowd = await makeCrowd(config, REQUESTS);
    rows.push(...(await tryDoor(door, server.issuer, crowd)));
  }
  await server.stop();
  await drop();
  return rows;
}

interface Seen {
  answers: Set<string>;
  times: number[];
}

async function tryDoor(door: Door, issuer: string, crowd: Record<Kind, string[]>): Promise<Row[]> {
  const knock = await door.open(
    issuer,
    KINDS.flatMap((kind) => crowd[kind]),
  );
  for (let i = 0; i < WARM_UP; i += 1) await knock(`warm-up-${i}@example.com`);
  const seen = new Map<Kind, Seen>(KINDS.map((kind) => [kind, { answers: new Set(), times: [] }]));
  for (let i = 0; i < REQUESTS; i += 1) {
    for (const kind of shuffled(KINDS)) {
      const email = crowd[kind][i] ?? '';
      const { answer, ms } = await knock(email);
      seen.get(kind)?.times.push(ms);
      seen.get(kind)?.answers.add(answer);
    }
  }
  return KINDS.filter((kind) => kind !== 'unknown').map((kind) => compare(door, kind, seen));
}

function compare(door: Door, kind: Kind, seen: Map<Kind, Seen>): Row {
  const [one, unknown] = [seen.get(kind), seen.get('unknown')];
  if (!one || !unknown) throw new Error(`nobody asked for ${kind}`);
  const medians = [median(one.times), median(unknown.times)] as const;
  const auc = separation(one.times, unknown.times);
  const answers = new Set([...one.answers, ...unknown.answers]).size;
  const apart = Math.abs(medians[0] - medians[1]);
  return {
    proof: `${door.name}: ${kind} and unknown addresses, ${one.times.length} requests each`,
    expected: `1 answer, medians within ${MEDIAN_MS} ms, AUC ${SEPARATION.join(' to ')}`,
    seen: `${answers} answer${answers === 1 ? '' : 's'}, medians ${medians.map((ms) => ms.toFixed(2)).join(' and ')} ms, AUC ${auc.toFixed(3)}`,
    holds: answers === 1 && apart < MEDIAN_MS && auc >= SEPARATION[0] && auc <= SEPARATION[1],
  };
}

function shuffled<T>(all: readonly T[]): T[] {
  return all
    .map((one) => ({ one, at: Math.random() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ one }) => one);
}
