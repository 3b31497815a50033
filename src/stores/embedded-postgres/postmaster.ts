import type { ChildProcess } from 'node:child_process';
import {
  closeSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { launch } from './launch.ts';
import { type Places, isAlive } from './paths.ts';
import { whyItFailed } from './why-it-failed.ts';

/** Small: a team's sign-ins, beside other programs on the same machine. Nothing is replicated; fsync stays on. */
const SETTINGS = {
  listen_addresses: '',
  unix_socket_directories: '.',
  unix_socket_permissions: '0700',
  max_connections: '200',
  shared_buffers: '32MB',
  io_method: 'sync',
  autovacuum_worker_slots: '3',
  autovacuum_max_workers: '2',
  max_wal_size: '256MB',
  min_wal_size: '32MB',
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_logical_replication_workers: '0',
  max_worker_processes: '2',
  max_parallel_workers: '0',
  jit: 'off',
  logging_collector: 'off',
  // What goes wrong with a statement is told to whoever sent it; its values would name people.
  log_min_messages: 'fatal',
  log_error_verbosity: 'terse',
};

/** The PostgreSQL that we started; whether it lives on, or why it does not. */
export interface StartedPostmaster {
  isRunning(): boolean;
  /** Whether it is the one server of the folder: somebody else's may have been first. */
  serves(): boolean;
  /** Set once it has ended by itself, unless another was merely first. */
  failure(): string | undefined;
}

export function startPostmaster(places: Places): StartedPostmaster {
  const { cluster } = places;
  const log = openLog(places.log);
  const from = fstatSync(log).size;
  const args = Object.entries(SETTINGS).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const child = launch({ name: 'postgres', args, cluster, output: log, detached: true });
  closeSync(log);
  child.unref();
  return watch(child, cluster, () => whyItFailed(places.log, from, cluster));
}

const LONGEST_LOG_BYTES = 1_000_000;

function openLog(path: string): number {
  const log = openSync(path, 'a', 0o600);
  if (fstatSync(log).size > LONGEST_LOG_BYTES) ftruncateSync(log);
  return log;
}

/** Somebody else's server was first, or the old one's last process has not gone yet: worth another try. */
const ANOTHER_IS_THERE = /lock file .* already exists|pre-existing shared memory/;

function watch(child: ChildProcess, cluster: string, why: () => string): StartedPostmaster {
  let running = true;
  let failure: string | undefined;
  const end = (reason: string) => {
    running = false;
    if (!ANOTHER_IS_THERE.test(reason)) failure = reason;
  };
  child.on('error', (error) => end(error.message));
  child.on('exit', () => end(why()));
  return {
    isRunning: () => running,
    serves: () => running && runningPostmaster(cluster) === child.pid,
    failure: () => failure,
  };
}

/** The number of the living server of this folder. */
export function runningPostmaster(cluster: string): number | undefined {
  const pid = recordedPid(cluster);
  return pid !== undefined && isAlive(pid) && worksIn(pid, cluster) ? pid : undefined;
}

/**
 * After a crash of the machine the recorded number may be another program's by now, and PostgreSQL would refuse to start.
 * Only for when nothing answers on the socket. PostgreSQL still guards the folder by its shared memory.
 */
export function forgetDeadPostmaster(cluster: string): void {
  const pid = recordedPid(cluster);
  if (pid === undefined || !isAlive(pid) || worksIn(pid, cluster)) return;
  for (const name of ['postmaster.pid', '.s.PGSQL.5432.lock']) {
    rmSync(join(cluster, name), { force: true });
  }
}

const STOP_PATIENCE_MS = 15_000;

/** A fast shutdown: connections are ended, what was committed is on the disk. */
export async function stopPostmaster(cluster: string): Promise<void> {
  const pid = runningPostmaster(cluster);
  if (pid === undefined) return;
  process.kill(pid, 'SIGINT');
  const deadline = performance.now() + STOP_PATIENCE_MS;
  while (runningPostmaster(cluster) === pid && performance.now() < deadline) await sleep(5);
}

function recordedPid(cluster: string): number | undefined {
  try {
    const [pid = ''] = readFileSync(join(cluster, 'postmaster.pid'), 'utf8').split('\n');
    return Number(pid) || undefined;
  } catch {
    return undefined;
  }
}

/** Where that cannot be seen (not on Linux) a living number is believed. */
function worksIn(pid: number, cluster: string): boolean {
  if (process.platform !== 'linux') return true;
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === realpathSync(cluster);
  } catch {
    return isDatabaseOf(pid, cluster);
  }
}

/** Root in a container may not look at another user's process: its name and its user must do. */
function isDatabaseOf(pid: number, cluster: string): boolean {
  try {
    const name = readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
    return name === 'postgres' && statSync(`/proc/${pid}`).uid === statSync(cluster).uid;
  } catch {
    return false;
  }
}
