import type { JobQueue } from '../jobs/queue.ts';
import type { Atomically } from '../transactions/atomically.ts';
import type { MailStore } from './store.ts';

/** Longer than any try, and than any job waits for its turn. */
const OVERDUE_S = 240;

/** A mail whose job was lost (a restored database, a process that died at a bad moment) gets another one. */
export async function resumeMails({
  atomically,
}: {
  atomically: Atomically<{
    mails: Pick<MailStore, 'overdue'>;
    jobs: Pick<JobQueue, 'enqueue'>;
  }>;
}): Promise<number> {
  return atomically(async ({ mails, jobs }) => {
    const ids = await mails.overdue(OVERDUE_S);
    for (const mailId of ids) await jobs.enqueue('send-mail', { mailId });
    return ids.length;
  });
}
