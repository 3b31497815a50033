import type { JobName } from './queue.ts';

/** What happens by the clock: minute, hour, day, month, weekday, in UTC. */
export const SCHEDULE: Partial<Record<JobName, string>> = {
  'clean-up': '*/5 * * * *',
  'rotate-keys': '17 * * * *',
};

export const JOB_NAMES: readonly JobName[] = ['clean-up', 'rotate-keys'];

/** A job that fails is tried again, later and later, and then kept as failed for two weeks. */
export const RETRIES = {
  retryLimit: 5,
  retryDelay: 10,
  retryBackoff: true,
  retryDelayMax: 3600,
} as const;

export const isJobName = (name: string): name is JobName =>
  (JOB_NAMES as readonly string[]).includes(name);
