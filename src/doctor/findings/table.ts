import type { Kind } from '../finding.ts';
import { databaseFindings } from './database.ts';
import { machineFindings } from './machine.ts';
import { mailFindings } from './mail.ts';
import { redisFindings } from './redis.ts';
import { vaultFindings } from './vault.ts';
import { wayFindings } from './way.ts';

/** Every finding there is. A name is never given another meaning: logs, alarms and scripts go by it. */
const table = {
  ...wayFindings,
  ...databaseFindings,
  ...redisFindings,
  ...mailFindings,
  ...vaultFindings,
  ...machineFindings,
} as const satisfies Record<string, Kind>;

export type FindingName = keyof typeof table;

export const FINDINGS: Record<FindingName, Kind> = table;
