import { setTimeout as wait } from 'node:timers/promises';
import { CannotStart, sentenceOf } from './cannot-start.ts';

const LIMIT_MS = 120_000;
const PAUSE_MS = 500;

/** Tries until it works. What is only absent may come; every other fault is final. */
export async function patiently<T>(
  attempt: () => Promise<T>,
  options: {
    isAbsent: (error: unknown) => boolean;
    waiting: (error: unknown) => void;
    limitMs?: number;
    abandoned?: AbortSignal;
  },
): Promise<T> {
  const { limitMs = LIMIT_MS } = options;
  const deadline = performance.now() + limitMs;
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!options.isAbsent(error) || options.abandoned?.aborted) throw error;
      if (performance.now() > deadline) throw tooLate(error, limitMs);
      if (tries === 1) options.waiting(error);
      await wait(PAUSE_MS);
    }
  }
}

function tooLate(error: unknown, limitMs: number): CannotStart {
  return new CannotStart(`Waited ${limitMs / 1000} seconds in vain: ${sentenceOf(error)}`, {
    cause: error,
  });
}
