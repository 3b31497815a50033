import type { Circumstances } from '../audit/events.ts';
import type { AuditTrail } from '../audit/store.ts';
import type { JobQueue } from '../jobs/queue.ts';
import type { Atomically } from '../transactions/atomically.ts';
import type { MailStore } from './store.ts';

export interface RetryMailDeps {
  atomically: Atomically<{
    mails: Pick<MailStore, 'retry'>;
    jobs: Pick<JobQueue, 'enqueue'>;
    audit: Pick<AuditTrail, 'record'>;
  }>;
}

/** A mail that had failed for ever is tried for another day. */
export function retryMail(
  { atomically }: RetryMailDeps,
  mailId: string,
  by: Circumstances,
): Promise<'waiting' | 'has-not-failed'> {
  return atomically(async ({ mails, jobs, audit }) => {
    if (!(await mails.retry(mailId))) return 'has-not-failed';
    await jobs.enqueue('send-mail', { mailId });
    await audit.record('mail-retried', { mailId }, by);
    return 'waiting';
  });
}
