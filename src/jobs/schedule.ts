import type { JobName } from './queue.ts';

/** What happens by the clock: minute, hour, day, month, weekday, in UTC. */
export const SCHEDULE = {
  'clean-up': '*/5 * * * *',
  'rotate-keys': '17 * * * *',
} as const satisfies Partial<Record<JobName, string>>;

export type ScheduledJob = keyof typeof SCHEDULE;

export const JOB_NAMES: readonly JobName[] = ['clean-up', 'rotate-keys', 'mail-proof', 'send-mail'];

/** A job that fails is tried again, later and later, and then kept as failed for two weeks. */
export const RETRIES = {
  retryLimit: 5,
  retryDelay: 10,
  retryBackoff: true,
  retryDelayMax: 3600,
} as const;

/** Who does the job is taken for dead after that long. */
export const EXPIRY_S: Record<JobName, number> = {
  'clean-up': 900,
  'rotate-keys': 900,
  'mail-proof': 15,
  'send-mail': 120,
};

export const isScheduled = (name: string): name is ScheduledJob => Object.hasOwn(SCHEDULE, name);
