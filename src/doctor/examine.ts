import { setTimeout as wait } from 'node:timers/promises';
import { type Examined, type Finding, type Severity, found } from './finding.ts';

/** What the doctor found, all of it. */
export interface Diagnosis {
  examined: Examined[];
  /** How many of each severity. */
  counts: Record<Severity, number>;
}

/** One thing to look at. Several that are known together come together. */
export interface Look {
  part: string;
  look: () => Promise<Examined[]> | Examined[];
}

const PATIENCE_MS = 20_000;

/** Looks at everything at once. What cannot be looked at keeps nobody from the rest. */
export async function examine(
  looks: readonly Look[],
  patienceMs = PATIENCE_MS,
): Promise<Diagnosis> {
  const examined = await Promise.all(looks.map((one) => looked(one, patienceMs)));
  return diagnosis(examined.flat());
}

export function diagnosis(examined: Examined[]): Diagnosis {
  const findings = examined.flatMap((one) => one.findings);
  const count = (severity: Severity) => findings.filter((one) => one.severity === severity).length;
  return {
    examined,
    counts: { error: count('error'), warning: count('warning'), note: count('note') },
  };
}

async function looked({ part, look }: Look, patienceMs: number): Promise<Examined[]> {
  const giveUp = new AbortController();
  try {
    const late = wait(patienceMs, undefined, { signal: giveUp.signal }).then(() => {
      throw new Error(`nothing was learnt in ${patienceMs / 1000} seconds`);
    });
    return await Promise.race([Promise.resolve().then(look), late]);
  } catch (error) {
    return [{ part, seen: false, told: 'could not be looked at', findings: [failed(part, error)] }];
  } finally {
    giveUp.abort();
  }
}

function failed(part: string, error: unknown): Finding {
  const why = error instanceof Error ? error.message : String(error);
  return found('examination-failed', `${part} could not be looked at: ${why}`);
}

/** For scripts: 0 well (with notes, perhaps), 1 an error, 3 nothing worse than a warning; 2 is wrong usage. */
export function exitCode({ counts }: Diagnosis): 0 | 1 | 3 {
  if (counts.error > 0) return 1;
  return counts.warning > 0 ? 3 : 0;
}
