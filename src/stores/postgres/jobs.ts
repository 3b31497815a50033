import { PgBoss, fromPrisma } from 'pg-boss';
import type { PoolConfig } from 'pg';
import { z } from 'zod';
import type { JobName, JobOverview, JobPayloads, JobQueue, JobWork } from '../../jobs/queue.ts';
import { EXPIRY_S, JOB_NAMES, RETRIES, SCHEDULE, isScheduled } from '../../jobs/schedule.ts';
import type { Db } from './database.ts';
import { isRefusedLogin } from './renewing-pool.ts';

/** The jobs of one process: it can enqueue them, and work on them when asked to. */
export interface PostgresJobs {
  /** The queue on the database, or inside one of its transactions. */
  queue: (db: Db) => JobQueue;
  /** Starts taking jobs, and putting the scheduled ones into their queues. */
  work: (work: JobWork) => Promise<void>;
  overview: () => Promise<JobOverview[]>;
  /** Lets the jobs in hand end, for at most that long. */
  close: (patienceMs?: number) => Promise<void>;
}

export interface PostgresJobsOptions {
  /** Read anew at each start. */
  config: PoolConfig;
  /** Whether this process works on jobs; others only enqueue. */
  worker: boolean;
  onError: (error: Error) => void;
  /** Asked when the database refuses who we are. */
  renew?: (() => Promise<void>) | undefined;
}

/** pg-boss keeps its own schema, `pgboss`, and brings it up to date itself: on first use, not before. */
export function postgresJobs(options: PostgresJobsOptions): PostgresJobs {
  const { config, worker, onError, renew } = options;
  let started: Promise<PgBoss> | undefined;
  let used: string | undefined;
  let working: Promise<void> | undefined;
  let chores: JobWork | undefined;
  let closed = false;
  const boss = (): Promise<PgBoss> => {
    if (started) return started;
    used = config.connectionString;
    const mine = start({ config, worker, onError: (error) => void heard(error) }).catch(
      (error: unknown) => {
        // The next one who needs it begins anew.
        started = undefined;
        throw error;
      },
    );
    return (started = mine);
  };

  async function heard(error: Error): Promise<void> {
    onError(error);
    if (!isRefusedLogin(error) || !renew || closed) return;
    if (used === config.connectionString) await renew();
    if (used !== config.connectionString && !closed) await beginAnew();
  }

  /** pg-boss keeps what it was given: with other credentials another one takes over, while the old one ends its jobs. */
  async function beginAnew(): Promise<void> {
    const old = started;
    started = undefined;
    used = config.connectionString;
    const begun = boss();
    const again = chores;
    if (again) working = begun.then((one) => workOn(one, again));
    await working?.catch(onError);
    void old?.then((one) => one.stop({ graceful: true, timeout: 10_000 })).catch(onError);
  }

  return {
    queue: (db) => postgresJobQueue(boss, db),
    work(work) {
      chores = work;
      return (working = boss().then((begun) => workOn(begun, work)));
    },
    async overview() {
      try {
        return await overviewOf(await boss());
      } catch (error) {
        if (!(error instanceof Error) || !isRefusedLogin(error)) throw error;
        await heard(error);
        return overviewOf(await boss());
      }
    },
    async close(patienceMs = 10_000) {
      closed = true;
      // Stopped while it begins to work, it would complain.
      await working?.catch(() => undefined);
      await (await started?.catch(() => undefined))?.stop({ graceful: true, timeout: patienceMs });
    },
  };
}

async function start({
  config,
  worker,
  onError,
}: Omit<PostgresJobsOptions, 'renew'>): Promise<PgBoss> {
  const boss = new PgBoss({
    ...connection(config),
    schema: 'pgboss',
    max: worker ? 4 : 1,
    connectionTimeoutMillis: 2000,
    supervise: worker,
    schedule: worker,
    useListenNotify: worker,
  });
  boss.on('error', onError);
  await boss.start();
  for (const name of JOB_NAMES) await ensureQueue(boss, name);
  return boss;
}

function postgresJobQueue(boss: () => Promise<PgBoss>, db: Db): JobQueue {
  return {
    async enqueue<Name extends JobName>(
      name: Name,
      payload: JobPayloads[Name],
      when?: { inS: number },
    ) {
      const later = when && { startAfter: when.inS };
      await (await boss()).send(name, payload, { db: fromPrisma(db), ...later });
    },
  };
}

/** Of what runs by the clock at most one of a kind waits: it need not pile up. */
async function ensureQueue(boss: PgBoss, name: JobName): Promise<void> {
  const options = { notify: true, ...RETRIES, expireInSeconds: EXPIRY_S[name] };
  await boss.createQueue(name, { policy: isScheduled(name) ? 'short' : 'standard', ...options });
  await boss.updateQueue(name, options);
}

/**
 * Several at once where one may be slow: a mail server that hangs over some mails holds up no other. Only jobs for now
 * are announced: for those that come later or once more the queue is looked at. A full batch is followed by the next.
 */
const AT_ONCE = {
  localConcurrency: 4,
  batchSize: 3,
  burstWhenBatchFull: true,
  pollingIntervalSeconds: 1,
  notifyPollingIntervalSeconds: 1,
};

async function workOn(boss: PgBoss, work: JobWork): Promise<void> {
  for (const name of JOB_NAMES.filter(isScheduled)) {
    await boss.schedule(name, SCHEDULE[name], {}, { tz: 'UTC' });
    await boss.work(name, { batchSize: 1 }, () => work[name]({}));
  }
  await boss.work<JobPayloads['mail-proof']>('mail-proof', AT_ONCE, async (jobs) => {
    await Promise.all(jobs.map(({ data }) => work['mail-proof'](data)));
  });
  await boss.work<JobPayloads['send-mail']>('send-mail', AT_ONCE, async (jobs) => {
    await Promise.all(jobs.map(({ data }) => work['send-mail'](data)));
  });
}

/** Counted, not read from pg-boss's cached figures. */
async function overviewOf(boss: PgBoss): Promise<JobOverview[]> {
  const { rows } = await boss.getDb().executeSql(
    `SELECT name,
            count(*) FILTER (WHERE state IN ('created', 'retry'))::int AS waiting,
            count(*) FILTER (WHERE state = 'active')::int AS active,
            count(*) FILTER (WHERE state = 'failed')::int AS failed
       FROM pgboss.job WHERE name = ANY($1) GROUP BY name`,
    [[...JOB_NAMES]],
  );
  const counted = countedJobs.parse(rows);
  return JOB_NAMES.map((name) => ({
    name,
    ...(isScheduled(name) ? { cron: SCHEDULE[name] } : {}),
    ...(counted.find((row) => row.name === name)?.counts ?? { waiting: 0, active: 0, failed: 0 }),
  }));
}

const countedJobs = z.array(
  z
    .object({ name: z.string(), waiting: z.number(), active: z.number(), failed: z.number() })
    .transform(({ name, ...counts }) => ({ name, counts })),
);

/** pg-boss wants strings, not absent values. */
function connection({ connectionString, host, port, user, password, database, ssl }: PoolConfig) {
  if (connectionString) return { connectionString, ...(ssl === undefined ? {} : { ssl }) };
  return Object.fromEntries(
    Object.entries({ host, port, user, password, database, ssl }).filter(
      ([, value]) => value !== undefined,
    ),
  );
}
