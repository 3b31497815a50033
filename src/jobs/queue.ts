/**
 * Work that happens later or by the clock. This folder knows what jobs there are and when they run;
 * it does not know how they are kept (stores/postgres/jobs.ts) nor what they do (wiring.ts).
 */
export interface JobPayloads {
  'clean-up': Record<string, never>;
  'rotate-keys': Record<string, never>;
  'mail-proof': { proofId: string };
  'send-mail': { mailId: string };
}

export type JobName = keyof JobPayloads;

export interface JobQueue {
  /** Inside a transaction: the job is there when the change is, and not otherwise. */
  enqueue<Name extends JobName>(
    name: Name,
    payload: JobPayloads[Name],
    when?: { inS: number },
  ): Promise<void>;
}

/** What each job does. May be called again after a failure: every job is idempotent. */
export type JobWork = {
  [Name in JobName]: (payload: JobPayloads[Name]) => Promise<void>;
};

/** How one queue stands. */
export interface JobOverview {
  name: JobName;
  cron?: string;
  waiting: number;
  active: number;
  failed: number;
}
