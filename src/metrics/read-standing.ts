import type { Instruments } from './instruments.ts';
import type { KeyAge, Standing } from './standing.ts';

/** What is read from the database is this old at most, however often /metrics is asked. */
const KEPT_MS = 30_000;
/** How long one part may take to say that it is there. */
const PATIENCE_MS = 1000;

/** How one part fares. */
export interface PartHealth {
  part: string;
  ok: boolean;
  ms: number;
}

/** Puts how the house stands into the figures. Of a database that is away nothing old is told as if it were new. */
export function standingReader(standing: Standing, to: Instruments) {
  const figures = kept(() => standing.figures());
  const keys = kept(() => standing.keys());
  const readCrowds = crowdsReader(standing, to);
  return async function read(): Promise<void> {
    readMemory(standing, to);
    readCrowds();
    const [parts] = await Promise.all([
      partsOf(standing),
      figures().then((told) => readFigures(told, to)),
      keys().then((ages) => readKeys(ages, to)),
    ]);
    for (const { part, ok } of parts) to.set('gatehouse_part_up', ok ? 1 : 0, { part });
  };
}

export function partsOf({ parts }: Pick<Standing, 'parts'>): Promise<PartHealth[]> {
  return Promise.all(
    Object.entries(parts).map(async ([part, ask]) => {
      const askedAt = performance.now();
      const ok = await answersInTime(ask);
      return { part, ok, ms: Math.round(10 * (performance.now() - askedAt)) / 10 };
    }),
  );
}

async function answersInTime(ask: () => unknown): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(resolve, PATIENCE_MS, false);
  });
  const answer = Promise.resolve()
    .then(ask)
    .then(
      () => true,
      () => false,
    );
  const inTime = await Promise.race([answer, late]);
  clearTimeout(timer);
  return inTime;
}

/** One question at a time, its answer kept for a while; undefined where there is none, or not in time. */
function kept<T>(ask: () => Promise<T>): () => Promise<T | undefined> {
  let asking: Promise<T | undefined> | undefined;
  let last: { value: T | undefined; until: number } | undefined;
  return async () => {
    if (last && performance.now() < last.until) return last.value;
    asking ??= ask()
      .catch(() => undefined)
      .then((value) => {
        last = { value, until: performance.now() + (value === undefined ? 0 : KEPT_MS) };
        asking = undefined;
        return value;
      });
    return asking;
  };
}

function readMemory(standing: Standing, to: Instruments): void {
  const { busy, idle, waiting, most } = standing.pool();
  to.set('gatehouse_postgres_connections', busy, { state: 'busy' });
  to.set('gatehouse_postgres_connections', idle, { state: 'idle' });
  to.set('gatehouse_postgres_connections_most', most);
  to.set('gatehouse_postgres_waiting', waiting);
  const hashing = standing.hashing();
  to.set('gatehouse_hash_running', hashing.running);
  to.set('gatehouse_hash_waiting', hashing.waiting);
  to.set('gatehouse_changes_heard', standing.hearsChanges() ? 1 : 0);
  to.set('gatehouse_signing_key_life_seconds', standing.keyLifeS);
}

/** What was counted elsewhere since the start becomes a figure by its increase. */
function crowdsReader({ crowds }: Standing, to: Instruments): () => void {
  const told = new Map<string, number>();
  return () => {
    for (const [name, { inside, waiting, turnedAway }] of Object.entries(crowds?.() ?? {})) {
      to.set('gatehouse_crowd', inside, { class: name, state: 'inside' });
      to.set('gatehouse_crowd', waiting, { class: name, state: 'waiting' });
      const more = turnedAway - (told.get(name) ?? 0);
      to.count('gatehouse_crowd_refused_total', { class: name }, more);
      told.set(name, turnedAway);
    }
  };
}

const FROM_FIGURES = [
  'gatehouse_rows',
  'gatehouse_mails',
  'gatehouse_mail_oldest_seconds',
  'gatehouse_logout_notices',
  'gatehouse_logout_notice_oldest_seconds',
  'gatehouse_jobs',
] as const;

function readFigures(
  figures: Awaited<ReturnType<Standing['figures']>> | undefined,
  to: Instruments,
) {
  for (const name of FROM_FIGURES) to.clear(name);
  if (!figures) return;
  for (const [table, rows] of Object.entries(figures.rows)) {
    to.set('gatehouse_rows', rows, { table });
  }
  for (const [state, mails] of Object.entries(figures.mails)) {
    to.set('gatehouse_mails', mails, { state });
  }
  to.set('gatehouse_mail_oldest_seconds', figures.oldestMailS);
  for (const [state, notices] of Object.entries(figures.logoutNotices)) {
    to.set('gatehouse_logout_notices', notices, { state });
  }
  to.set('gatehouse_logout_notice_oldest_seconds', figures.oldestLogoutNoticeS);
  for (const { name: task, ...counts } of figures.jobs) {
    for (const [state, count] of Object.entries(counts)) {
      to.set('gatehouse_jobs', count, { task, state });
    }
  }
}

function readKeys(ages: KeyAge[] | undefined, to: Instruments): void {
  to.clear('gatehouse_signing_key_age_seconds');
  to.clear('gatehouse_signing_keys');
  const byState = Map.groupBy(ages ?? [], ({ state }) => state);
  for (const [state, keys] of byState) {
    to.set('gatehouse_signing_keys', keys.length, { state });
    const youngest = Math.min(...keys.map(({ ageS }) => ageS));
    to.set('gatehouse_signing_key_age_seconds', youngest, { state });
  }
}
