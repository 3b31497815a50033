import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chownSync, closeSync, openSync, statSync } from 'node:fs';
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

/** A folder made by root, for the database to live in. */
export function ownedByDatabaseUser(cluster: string): void {
  const user = databaseUser(cluster);
  if (user !== undefined) chownSync(cluster, user, user);
}

/** Whom the database's files belong to, where that is not us. */
function databaseUser(cluster: string): number | undefined {
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
export function launch(program: Program): ChildProcess {
  const { cluster, output, input = 'ignore', detached = false } = program;
  const user = databaseUser(cluster);
  const binaries = join(nativeFolder(user !== undefined), 'bin');
  const prefix = setpriv(user);
  const [command = '', ...args] = [...prefix, join(binaries, program.name), ...program.args];
  const throughHandle = user !== undefined && process.platform === 'linux';
  const folder = openSync(cluster, 'r');
  try {
    return spawn(command, args, {
      ...(prefix.length === 0 && user !== undefined && { uid: user, gid: user }),
      stdio: [input, output, output, folder],
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
