import { openLine } from '../waiting/line.ts';
import { SignerAway } from './key-ring.ts';

/** So much is asked of Vault at once, for so long, and nothing while it does not answer. Refuses to know what is asked. */
export interface SigningGate {
  /** Throws SignerAway where the work did not begin, and whatever it threw where it did. */
  through<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T>;
}

export interface GateLimits {
  /** Under way at once, and waiting behind them. */
  atOnce: number;
  waiting: number;
  /** From the moment of asking, the wait in line included. */
  limitMs: number;
  /** So many failures in a row are enough to stop asking. */
  failures: number;
  /** Then one alone tries again, each time after that long. */
  restMs: number;
  isAway: (error: unknown) => boolean;
  /** Milliseconds that only grow. */
  now?: () => number;
}

export function openSigningGate({
  now = () => performance.now(),
  ...limits
}: GateLimits): SigningGate {
  const line = openLine(limits.atOnce);
  let failed = 0;
  let restUntil = 0;
  let trying = false;

  function count(error: unknown): void {
    failed = limits.isAway(error) ? failed + 1 : 0;
    if (failed < limits.failures) return;
    restUntil = now() + limits.restMs;
    line.sendAway();
  }

  async function run<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const signal = AbortSignal.timeout(limits.limitMs);
    if (!line.enterNow()) await inLine(signal);
    try {
      const result = await work(signal);
      failed = 0;
      return result;
    } catch (error) {
      count(error);
      throw error;
    } finally {
      line.leave();
    }
  }

  async function inLine(signal: AbortSignal): Promise<void> {
    if (line.waiting() >= limits.waiting) {
      throw new SignerAway('Too many signatures are asked for.');
    }
    if (await line.wait(signal)) return;
    throw new SignerAway(signal.aborted ? 'A signature waited in line for too long.' : SILENT);
  }

  return {
    async through(work) {
      if (failed < limits.failures) return run(work);
      if (trying || now() < restUntil) throw new SignerAway(SILENT);
      trying = true;
      try {
        return await run(work);
      } finally {
        trying = false;
      }
    },
  };
}

const SILENT = 'Vault did not answer lately.';
