import { type Examined, found } from './finding.ts';

export interface MemoryPlan {
  /** What this machine or its container may use. */
  availableBytes: number;
  /** GATEHOUSE_WORKERS. */
  processes: number;
  /** Password hashes that one process makes at a time, and what each takes. */
  hashesAtOnce: number;
  hashBytes: number;
  /** Whether PostgreSQL runs here, for how many connections. */
  embedded: boolean;
  connections: number;
}

const MB = 1024 * 1024;
/** Measured under load; idle it is 130 to 160. */
const PROCESS_MB = 260;
/** Several processes have a leader, which answers nobody. */
const LEADER_MB = 90;
const EMBEDDED_MB = 60;
const CONNECTION_MB = 6;

/** What the settings may ask for when all is busy at once, against what there is. */
export function judgeMemory(plan: MemoryPlan): Examined {
  const needed = neededMb(plan);
  const available = Math.round(plan.availableBytes / MB);
  const told = `${available} MB, of which ${needed} may be needed under load`;
  const findings =
    needed > available
      ? [
          found(
            'memory-short',
            `${needed} MB may be needed under load, and there are ${available}.`,
          ),
        ]
      : [];
  return { part: 'Memory', seen: true, told, findings };
}

function neededMb({
  processes,
  hashesAtOnce,
  hashBytes,
  embedded,
  connections,
}: MemoryPlan): number {
  const each = PROCESS_MB + Math.ceil((hashesAtOnce * hashBytes) / MB);
  const leader = processes > 1 ? LEADER_MB : 0;
  const database = embedded ? EMBEDDED_MB + connections * CONNECTION_MB : 0;
  return processes * each + leader + database;
}
