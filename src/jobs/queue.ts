/** Every job there is, with its payload. Payloads hold ids, never secrets. */
export interface JobPayloads {
  'clean-up': Record<string, never>;
  'rotate-keys': Record<string, never>;
}

export type JobName = keyof JobPayloads;

export interface JobQueue {
  /** Inside a transaction: the job is there when the change is, and not otherwise. */
  enqueue<Name extends JobName>(name: Name, payload: JobPayloads[Name]): Promise<void>;
}
