import { setTimeout as sleep } from 'node:timers/promises';
import { PgBoss } from 'pg-boss';
import { askDatabase } from './database.ts';
import type { Stage } from './stage.ts';

const QUEUES = ['mail-proof', 'send-mail'];
/** A mail is claimed for so long, and its job is somebody's for longer still (src/mail/send-mail.ts, src/jobs/schedule.ts). */
const CLAIM_S = 90;
const LONGEST_JOB_S = 200;

/** What stands in the database is made older, as if so much time had passed. Answers which mails were in hand. */
export async function endLeases(stage: Stage, inHandForS = 0): Promise<string[]> {
  const inHand = await askDatabase<{ id: string }>(
    stage,
    `UPDATE mails SET due_at = now() WHERE state = 'waiting' AND tries > 0
      AND due_at > now() AND due_at < now() + interval '${CLAIM_S - inHandForS} s' RETURNING id`,
  );
  await askDatabase(
    stage,
    `UPDATE pgboss.job SET started_on = started_on - interval '${LONGEST_JOB_S} s'
      WHERE state = 'active' AND name IN ('${QUEUES.join("', '")}')
        AND started_on < now() - interval '${inHandForS} s'`,
  );
  return inHand.map(({ id }) => id);
}

/** Looks for jobs whose worker is gone, which workers do once a minute. */
export async function openSupervisor(stage: Stage) {
  const { host, user } = stage.postgres.config;
  const boss = new PgBoss({
    ...(host && { host }),
    ...(user && { user }),
    database: 'gatehouse',
    supervise: false,
    schedule: false,
    monitorIntervalSeconds: 1,
  });
  boss.on('error', (error) => console.error(error));
  await boss.start();
  return {
    look: async () => {
      for (const queue of QUEUES) await boss.supervise(queue);
    },
    close: () => boss.stop({ graceful: false }),
  };
}

const EVERY_MS = 2000;
/** No try of a mail takes that long here. */
const IN_HAND_FOR_S = 10;

/** What dead workers held is taken over in seconds from now on, in the place of minutes. */
export async function hurryLeases(stage: Stage): Promise<void> {
  const supervisor = await openSupervisor(stage);
  const over = new AbortController();
  const hurrying = hurry();
  stage.atClose.push(async () => {
    over.abort();
    await hurrying;
    await supervisor.close();
  });

  async function hurry(): Promise<void> {
    while (!over.signal.aborted) {
      await endLeases(stage, IN_HAND_FOR_S);
      await supervisor.look();
      await sleep(EVERY_MS, undefined, { signal: over.signal }).catch(() => {});
    }
  }
}
