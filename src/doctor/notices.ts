import { type Logger, openLogger } from '../logging/logger.ts';
import { causesOf } from '../transactions/store-away.ts';
import type { FindingName } from './findings/table.ts';
import { type Finding, found } from './finding.ts';

/** What the running server meets of the doctor's findings: a line in the log, once a day, however often it is met. */
export interface Notices {
  tell(...findings: Finding[]): void;
  /** Where a fault is one that the doctor knows, it is told. */
  hear(error: unknown): void;
}

const AGAIN_MS = 24 * 3600 * 1000;

export function openNotices(log: Pick<Logger, 'warn'>, now: () => number = Date.now): Notices {
  const told = new Map<FindingName, number>();
  const tellOne = ({ name, what, fix }: Finding) => {
    if (now() - (told.get(name) ?? -Infinity) < AGAIN_MS) return;
    told.set(name, now());
    log.warn({ finding: name, fix }, `${what} See \`gatehouse doctor\`.`);
  };
  return {
    tell: (...findings) => findings.forEach(tellOne),
    hear(error) {
      const finding = findingOf(error);
      if (finding) tellOne(finding);
    },
  };
}

/** A log that hears of faults, whoever logs them. */
export function openAttentiveLog(options: Parameters<typeof openLogger>[0]): {
  log: Logger;
  notices: Notices;
} {
  const log = openLogger({ ...options, onFault: (error) => notices.hear(error) });
  const notices = openNotices(log);
  return { log, notices };
}

/** By PostgreSQL's SQLSTATE. */
const STATES: Record<string, [FindingName, string]> = {
  '25006': ['database-read-only', 'The database takes no writes.'],
  '28000': ['database-login', 'The database lets us not in.'],
  '28P01': ['database-login', 'The database refuses the password.'],
  '42501': ['database-privileges', 'The role may not do what the server does.'],
  '42P01': ['database-migrations', 'The database has no such table.'],
  '42703': ['database-migrations', 'The database has no such column.'],
  '53100': ['database-full', 'The database has no room on its disk.'],
  '53300': ['database-connections', 'The database gives no more connections.'],
};

/** By the first word of what Redis replies. */
const REPLIES: Record<string, [FindingName, string]> = {
  OOM: ['redis-full', 'Redis is full, and takes no more.'],
  READONLY: ['redis-read-only', 'Redis takes no writes.'],
  MISCONF: ['redis-write-fails', 'Redis cannot write to its disk.'],
  NOAUTH: ['redis-login', 'Redis asks for a password.'],
  WRONGPASS: ['redis-login', 'Redis refuses the password.'],
};

function findingOf(error: unknown): Finding | undefined {
  for (const cause of causesOf(error)) {
    const { code, originalCode, message, name } = cause;
    const state = STATES[String(originalCode)] ?? STATES[String(code)];
    const reply =
      name === 'ReplyError' ? REPLIES[/^\w+/.exec(String(message))?.[0] ?? ''] : undefined;
    const known = state ?? reply;
    if (known) return found(...known);
  }
  return undefined;
}
