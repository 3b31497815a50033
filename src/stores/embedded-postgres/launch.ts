import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { closeSync, openSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { nativeFolder } from './binaries.ts';

/** PostgreSQL refuses to run as root: then it runs as the user that owns no file of anybody. */
const NOBODY = 65_534;
const isRoot = process.getuid?.() === 0;

/** Our own environment holds secrets, and the way to programs that we did not choose. */
const ENVIRONMENT = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LC_MESSAGES: 'C',
  TZ: 'UTC',
};

/** Whom the database's files belong to, where that is not us. */
export function databaseUser(cluster: string): number | undefined {
  if (!isRoot) return undefined;
  const owner = statSync(cluster, { throwIfNoEntry: false })?.uid;
  return owner ? owner : NOBODY;
}

export interface Program {
  name: 'initdb' | 'postgres';
  args: string[];
  /** PGDATA: handed over as an open folder, so that the way to it may be closed to the database's user. */
  cluster: string;
  /** Where it writes: a log outlives us, a pipe would not. */
  output: number | 'ignore';
  input?: 'pipe';
  /** In a process group of its own, Ctrl-C at the terminal does not end it before our drain. */
  detached?: boolean;
}

/** Runs it as the database's user. On Linux the database ends, cleanly, when the process that started it is killed. */
export function launch({
  name,
  args,
  cluster,
  output,
  input,
  detached = false,
}: Program): ChildProcess {
  const user = databaseUser(cluster);
  const program = join(nativeFolder(user !== undefined), 'bin', name);
  const throughHandle = user !== undefined && process.platform === 'linux';
  const folder = openSync(cluster, 'r');
  const prefix = setpriv(user);
  const [command = program, ...rest] = [...prefix, program, ...args];
  try {
    return spawn(command, rest, {
      ...(prefix.length === 0 && user !== undefined && { uid: user, gid: user }),
      stdio: [input ?? 'ignore', output, output, folder],
      cwd: '/',
      env: { ...ENVIRONMENT, PGDATA: throughHandle ? '/proc/self/fd/3' : cluster },
      detached,
    });
  } finally {
    closeSync(folder);
  }
}

/** Empty where there is no such program, or it may not do what we ask (not everywhere is Linux, not every container lets it). */
function setpriv(user: number | undefined): string[] {
  if (process.platform !== 'linux') return [];
  const prefix = ['setpriv', '--pdeathsig=SIGINT', '--no-new-privs'];
  if (user !== undefined) prefix.push(`--reuid=${user}`, `--regid=${user}`, '--clear-groups');
  const [command = '', ...args] = prefix;
  const tried = spawnSync(command, [...args, 'true'], { env: ENVIRONMENT, stdio: 'ignore' });
  return tried.status === 0 ? prefix : [];
}
