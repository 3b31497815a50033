import { createDatabase } from '../support/database.ts';
import { databaseUrl } from '../support/database-url.ts';
import { startServer } from '../support/server-process.ts';
import { type Door, DOORS } from './doors.ts';
import { KINDS, type Kind, makeCrowd } from './crowd.ts';
import { inLanes } from './lanes.ts';
import { median, separation } from './statistics.ts';
import type { Row } from './table.ts';
import { WIDE } from './wide-budgets.ts';

/** So many each; for those who are rarer than known and unknown ones fewer do. */
const REQUESTS: Record<Kind, number> = {
  known: 1000,
  unknown: 1000,
  unverified: 500,
  disabled: 500,
  passwordless: 500,
};
/** Nobody who listens at a door has the server for himself either. */
const DOORS_AT_ONCE = 2;
const WARM_UP = 50;
const MEDIAN_MS = 5;
const SEPARATION = [0.45, 0.55] as const;

/**
 * Shuffled requests, at each door one after the other, each with an address of its own: neither the bytes of the answers nor their
 * times tell whether somebody stands behind the address, and who.
 */
export async function enumeration(): Promise<Row[]> {
  const { config, drop } = await createDatabase();
  const server = await startServer({
    env: { DATABASE_URL: databaseUrl(config), GATEHOUSE_BUDGETS: WIDE, LOG_LEVEL: 'warn' },
  });
  const rows: Row[] = [];
  await inLanes(
    DOORS_AT_ONCE,
    DOORS.map((door) => async () => {
      const crowd = await makeCrowd(config, REQUESTS);
      rows.push(...(await tryDoor(door, server.issuer, crowd)));
    }),
  );
  await server.stop();
  await drop();
  return rows;
}

interface Seen {
  answers: Set<string>;
  /** By the name of what was answered. */
  times: Map<string, number[]>;
}

async function tryDoor(door: Door, issuer: string, crowd: Record<Kind, string[]>): Promise<Row[]> {
  const turns = shuffled(KINDS.flatMap((kind) => crowd[kind].map((email) => ({ kind, email }))));
  const warmUp = Array.from({ length: WARM_UP }, (_, i) => `warm-up-${i}@example.com`);
  const knock = await door.open(issuer, [...warmUp, ...turns.map(({ email }) => email)]);
  for (const email of warmUp) await knock(email);
  const seen = new Map<Kind, Seen>();
  for (const { kind, email } of turns) {
    const { answers, times } = seen.get(kind) ?? { answers: new Set(), times: new Map() };
    const knocked = await knock(email);
    answers.add(knocked.answer);
    for (const [name, ms] of Object.entries(knocked.times)) {
      times.set(name, [...(times.get(name) ?? []), ms]);
    }
    seen.set(kind, { answers, times });
  }
  return KINDS.filter((kind) => kind !== 'unknown').flatMap((kind) => compare(door, kind, seen));
}

function compare(door: Door, kind: Kind, seen: Map<Kind, Seen>): Row[] {
  const [one, unknown] = [seen.get(kind), seen.get('unknown')];
  if (!one || !unknown) throw new Error(`nobody asked for ${kind}`);
  const answers = new Set([...one.answers, ...unknown.answers]).size;
  return [...one.times].map(([name, times]) => {
    const others = unknown.times.get(name) ?? [];
    const medians = [median(times), median(others)] as const;
    const auc = separation(times, others);
    const alike = Math.abs(medians[0] - medians[1]) < MEDIAN_MS;
    return {
      proof: `${door.name}, ${name}: ${times.length} ${kind} and ${others.length} unknown addresses`,
      expected: `1 answer, medians within ${MEDIAN_MS} ms, AUC ${SEPARATION.join(' to ')}`,
      seen: `${answers} answer${answers === 1 ? '' : 's'}, medians ${medians.map((ms) => ms.toFixed(2)).join(' and ')} ms, AUC ${auc.toFixed(3)}`,
      holds: answers === 1 && alike && auc >= SEPARATION[0] && auc <= SEPARATION[1],
    };
  });
}

function shuffled<T>(all: readonly T[]): T[] {
  return all
    .map((one) => ({ one, at: Math.random() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ one }) => one);
}
