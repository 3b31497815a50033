import { type Examined, type Finding, found } from './finding.ts';

export interface MemoryPlan {
  /** What this machine or its container may use. */
  availableBytes: number;
  /** GATEHOUSE_WORKERS, and what GATEHOUSE_MEMORY lets each of them use. */
  processes: number;
  processMb: number;
  /** What the password hashes of one process take that are made at once. */
  hashBytes: number;
  /** Whether PostgreSQL runs here, for how many connections. */
  embedded: boolean;
  connections: number;
}

const MB = 1024 * 1024;
/** A process at work; idle it is 130 to 160. */
const PROCESS_MB = 260;
/** Several processes have a leader, which answers nobody. */
const LEADER_MB = 90;
const EMBEDDED_MB = 60;
const CONNECTION_MB = 6;

/** What the settings may ask for when all is busy at once, against what there is. */
export function judgeMemory(plan: MemoryPlan): Examined {
  const available = Math.floor(plan.availableBytes / MB);
  const needed = neededMb(plan);
  const told = `${available} MB, of which ${needed} may be needed under load`;
  return { part: 'Memory', seen: true, told, findings: [...faults(plan, { available, needed })] };
}

function* faults(
  { processes, processMb }: MemoryPlan,
  { available, needed }: { available: number; needed: number },
): Generator<Finding> {
  if (needed > available) {
    yield found(
      'memory-short',
      `${needed} MB may be needed under load, and there are ${available}.`,
    );
  } else if (processes * processMb > available) {
    yield found(
      'memory-short',
      `GATEHOUSE_MEMORY lets ${processes} × ${processMb} MB be used, and there are ${available}.`,
      {
        fix: `Set GATEHOUSE_MEMORY to ${Math.floor(available / processes)} or less, or leave it out.`,
      },
    );
  }
}

function neededMb({ processes, hashBytes, embedded, connections }: MemoryPlan): number {
  const each = PROCESS_MB + Math.ceil(hashBytes / MB);
  const leader = processes > 1 ? LEADER_MB : 0;
  const database = embedded ? EMBEDDED_MB + connections * CONNECTION_MB : 0;
  return processes * each + leader + database;
}
