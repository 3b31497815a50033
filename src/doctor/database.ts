import { type Examined, type Finding, found } from './finding.ts';
import { type Reach, inClearOver } from './network.ts';

/** What one question tells of a database: whether the server can stand on it at all. */
export interface DatabaseGround {
  /** As PostgreSQL counts: 180004 is 18.4. */
  versionNumber: number;
  version: string;
  /** New transactions take no writes. */
  readOnly: boolean;
  /** A standby, which follows a primary. */
  standby: boolean;
  /** How far its clock is ahead of ours. */
  aheadMs: number;
}

export interface DatabaseFacts extends DatabaseGround {
  role: string;
  superuser: boolean;
  /** Tables that the role may not read and write. */
  forbidden: string[];
  /** Whether it may make the schema of the jobs, where that is not there yet. */
  mayMakeSchemas: boolean;
  maxConnections: number;
  /** Settings that lose what was acknowledged. */
  forgetful: string[];
  lateCommits: boolean;
  roundTripMs: number;
  /** Whether an announcement of ours came back. */
  hears: boolean;
  migrations: { applied: string[]; missing: string[]; edited: string[]; newer: string[] };
}

/** Why there are no facts. */
export interface DatabaseAway {
  away: 'unreachable' | 'login' | 'certificate' | 'missing';
  why: string;
}

export interface DatabaseCircumstances {
  embedded: boolean;
  /** Over which network, where no certificate is checked. */
  inClear: Reach | undefined;
  /** What one server process may open, and how many of them there are. */
  connections: number;
  migrateOnStart: boolean;
}

const OLDEST = 150_000;
const SLOW_MS = 5;
const CLOCK_WARNING_MS = 1000;
const CLOCK_ERROR_MS = 30_000;

/** What the server cannot start on, wherever. `oldest` as PostgreSQL counts. */
export function groundFaults(ground: DatabaseGround, oldest = OLDEST): Finding[] {
  const faults: Finding[] = [];
  if (ground.versionNumber < oldest) {
    faults.push(found('database-too-old', `The database is PostgreSQL ${ground.version}.`));
  }
  if (ground.readOnly) {
    const which = ground.standby ? 'is a standby, which takes no writes' : 'is set to be read-only';
    faults.push(found('database-read-only', `The database ${which}.`));
  }
  return faults;
}

export function clockFaults({ aheadMs }: Pick<DatabaseGround, 'aheadMs'>): Finding[] {
  const off = Math.abs(aheadMs);
  if (off < CLOCK_WARNING_MS) return [];
  const which = aheadMs > 0 ? 'ahead of' : 'behind';
  return [
    found('clock-database', `The database's clock is ${seconds(off)} ${which} this machine's.`, {
      severity: off < CLOCK_ERROR_MS ? 'warning' : 'error',
    }),
  ];
}

export function judgeDatabase(
  facts: DatabaseFacts | DatabaseAway,
  circumstances: DatabaseCircumstances,
): Examined {
  const part = 'Database';
  if ('away' in facts) {
    const finding = found(`database-${facts.away}`, facts.why);
    const seen = facts.away !== 'missing';
    return { part, seen, told: seen ? 'cannot be used' : 'not made yet', findings: [finding] };
  }
  const findings = [
    ...groundFaults(facts),
    ...roleFaults(facts),
    ...migrationFaults(facts, circumstances),
    ...connectionFaults(facts, circumstances),
    ...durabilityFaults(facts),
  ];
  return { part, seen: true, told: toldOf(facts, circumstances), findings };
}

function toldOf(
  { version, roundTripMs, migrations }: DatabaseFacts,
  { embedded }: DatabaseCircumstances,
): string {
  const schema = migrations.missing.length > 0 ? 'schema out of date' : 'schema up to date';
  return `${embedded ? 'embedded ' : ''}PostgreSQL ${version}, ${schema}, ${roundTripMs.toFixed(1)} ms a round trip`;
}

function* roleFaults({
  role,
  superuser,
  forbidden,
  mayMakeSchemas,
}: DatabaseFacts): Generator<Finding> {
  if (superuser) yield found('database-superuser', `The role ${role} is a superuser.`);
  if (forbidden.length > 0) {
    yield found(
      'database-privileges',
      `The role ${role} may not read and write ${listed(forbidden)}.`,
    );
  }
  if (!mayMakeSchemas) {
    yield found(
      'database-privileges',
      `The role ${role} may not make a schema, and the one of the jobs (pgboss) is not there.`,
      { fix: `GRANT CREATE ON DATABASE … TO ${role}.` },
    );
  }
}

function* migrationFaults(
  { migrations: { missing, edited, newer } }: DatabaseFacts,
  { migrateOnStart }: DatabaseCircumstances,
): Generator<Finding> {
  if (missing.length > 0) {
    const what = `${counted(missing.length, 'migration is', 'migrations are')} missing: ${listed(missing)}.`;
    yield migrateOnStart
      ? found('database-migrations', what, {
          severity: 'note',
          fix: 'The next start applies them.',
        })
      : found('database-migrations', what);
  }
  if (edited.length > 0) {
    yield found('database-migrations-edited', `Edited after they were applied: ${listed(edited)}.`);
  }
  if (newer.length > 0) {
    yield found('database-newer', `Applied by a newer version: ${listed(newer)}.`);
  }
}

function* connectionFaults(
  { roundTripMs, maxConnections, hears }: DatabaseFacts,
  { connections, inClear }: DatabaseCircumstances,
): Generator<Finding> {
  if (roundTripMs > SLOW_MS) {
    yield found('database-slow', `A round trip to PostgreSQL takes ${roundTripMs.toFixed(1)} ms.`);
  }
  if (connections > maxConnections) {
    yield found(
      'database-connections',
      `This server alone may ask for ${connections} connections, and PostgreSQL gives ${maxConnections}.`,
    );
  }
  if (!hears)
    yield found('database-listen', 'What was announced on this connection did not come back.');
  if (inClear) yield inClearOver(inClear, 'database-in-clear', 'PostgreSQL');
}

function* durabilityFaults({ forgetful, lateCommits }: DatabaseFacts): Generator<Finding> {
  if (forgetful.length > 0) {
    yield found(
      'database-forgetful',
      `${forgetful.join(' and ')} ${forgetful.length > 1 ? 'are' : 'is'} off.`,
    );
  }
  if (lateCommits) yield found('database-late-commits', 'synchronous_commit is off.');
}

const MOST_NAMES = 5;

function listed(names: string[]): string {
  const more = names.length - MOST_NAMES;
  return names.slice(0, MOST_NAMES).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
