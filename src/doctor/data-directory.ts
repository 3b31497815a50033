import {
  type Stats,
  accessSync,
  constants,
  existsSync,
  lstatSync,
  readdirSync,
  statfsSync,
} from 'node:fs';
import { join } from 'node:path';
import { type Examined, type Finding, found } from './finding.ts';

const GB = 1024 ** 3;
const LEAST_FREE_BYTES = 1 * GB;

/** The folder of the embedded database and of the generated secret, and files beside it that hold secrets. */
export function judgeDataDirectory(options: {
  dataDir: string;
  /** Whether the database is in there. */
  embedded: boolean;
  /** .env, and whatever NAME_FILE names. */
  secretFiles: readonly string[];
}): Examined {
  const part = 'Data directory';
  const files = options.secretFiles.flatMap((path) => [...openFile(path)]);
  if (!existsSync(options.dataDir)) {
    return { part, seen: options.embedded, told: 'not made yet', findings: files };
  }
  const { told, findings } = inFolder(options.dataDir, options.embedded);
  return { part, seen: true, told, findings: [...findings, ...files] };
}

function inFolder(dataDir: string, embedded: boolean): { told: string; findings: Finding[] } {
  const findings = [...openPaths(dataDir, embedded ? OTHERS : OTHER_WRITERS)];
  // Beside one's own database nothing has to be written: an image may hold what is compiled, for reading alone.
  if (embedded && !isWritable(dataDir)) {
    findings.push(
      found('data-directory-unwritable', `${dataDir} cannot be written to by this user.`),
    );
  }
  const free = freeBytes(dataDir);
  if (embedded && free < LEAST_FREE_BYTES) {
    findings.push(
      found('data-directory-full', `On the disk of ${dataDir} ${inGb(free)} are free.`),
    );
  }
  return { told: `${dataDir}, ${inGb(free)} free`, findings };
}

/** The folder itself, and at its first level whatever is no program text (what is compiled holds no secret). */
function* openPaths(dataDir: string, tooMuch: number): Generator<Finding> {
  const folder = lstatSync(dataDir);
  const paths = isOpen(folder, tooMuch)
    ? [dataDir]
    : readable(dataDir)
        .map((name) => join(dataDir, name))
        .filter((path) => isSecret(path) && isOpen(lstatSync(path)));
  for (const path of paths) {
    const { mode } = lstatSync(path);
    const right = lstatSync(path).isDirectory() ? '700' : '600';
    yield found(
      'data-directory-open',
      `Others may use ${path}: its mode is ${(mode & 0o777).toString(8)}.`,
      { fix: `chmod ${right} '${path}'` },
    );
  }
}

/** A folder that is closed protects what is in it; a file with a secret is to be closed all the same. */
function isSecret(path: string): boolean {
  return /\.(secret|password)$/.test(path);
}

function readable(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

const OTHERS = 0o077;
const OTHER_WRITERS = 0o022;

function isOpen({ mode }: Stats, tooMuch = OTHERS): boolean {
  return process.platform !== 'win32' && (mode & tooMuch) !== 0;
}

/** A group may be meant: orchestrators mount secrets for one. Everybody is not. */
function* openFile(path: string): Generator<Finding> {
  const file = lstatSync(path, { throwIfNoEntry: false });
  if (!file?.isFile() || process.platform === 'win32' || (file.mode & 0o004) === 0) return;
  if (isMounted(path)) return;
  yield found('secret-file-open', `Every user of this machine can read ${path}.`, {
    fix: `chmod 600 '${path}'`,
  });
}

/** In a container nobody else is there, and the mode of what is mounted is not ours to choose. */
function isMounted(path: string): boolean {
  return /^\/(var\/)?run\//.test(path);
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

function inGb(bytes: number): string {
  return bytes < 10 * GB ? `${(bytes / GB).toFixed(1)} GB` : `${Math.round(bytes / GB)} GB`;
}
