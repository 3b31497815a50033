import { randomBytes } from 'node:crypto';
import { mkdirSync, openSync, readdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** Where everything of the embedded database lies under DATA_DIR. Only its owner can read any of it. */
export interface Places {
  dataDir: string;
  /** PGDATA. */
  cluster: string;
  password: string;
  log: string;
}

export function placesIn(dataDir: string): Places {
  const home = resolve(dataDir);
  mkdirSync(home, { recursive: true, mode: 0o700 });
  const cluster = join(home, 'postgres');
  return { dataDir: home, cluster, password: `${cluster}.password`, log: `${cluster}.log` };
}

/** Something is made under such a name, and moved to its place when it is whole. */
export function scratchName(path: string): string {
  return `${path}.new-${process.pid}-${randomBytes(4).toString('hex')}`;
}

/** Nothing takes longer to be made than this. */
const STALE_MS = 600_000;

/** What was being made when its maker was killed. */
export function removeLeftovers(dataDir: string): void {
  for (const name of readdirSync(dataDir)) {
    const maker = /\.new-(\d+)-[0-9a-f]{8}$/.exec(name)?.[1];
    if (maker && (!isAlive(Number(maker)) || isOld(join(dataDir, name)))) {
      rmSync(join(dataDir, name), { recursive: true, force: true });
    }
  }
}

export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function isOld(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  return found !== undefined && Date.now() - found.mtimeMs > STALE_MS;
}

/** Whether every folder on the way lets others pass. */
export function isReachableByOthers(path: string): boolean {
  const folder = resolve(path);
  if ((statSync(folder).mode & 0o001) === 0) return false;
  return folder === dirname(folder) || isReachableByOthers(dirname(folder));
}

/** The address of a socket holds 107 bytes at most, of which the socket's own name takes 18. */
const LONGEST_FOLDER = 88;
const held = new Map<string, number>();

/** The folder of the server's socket, as a client may name it. A long one goes by a handle that we keep open (Linux). */
export function socketFolder(cluster: string): string {
  if (Buffer.byteLength(cluster) < LONGEST_FOLDER) return cluster;
  const handle = held.get(cluster) ?? openSync(cluster, 'r');
  held.set(cluster, handle);
  return `/proc/${process.pid}/fd/${handle}`;
}
