import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { EmbeddedPostgresFailed } from './failed.ts';
import { type Program, launch, ownedByDatabaseUser } from './launch.ts';
import { type Places, scratchName } from './paths.ts';
import { whyItFailed } from './why-it-failed.ts';

export const ROLE = 'gatehouse';

/** Makes the cluster and its password, unless they are there. Killed half-way it leaves only rubbish under a scratch name. */
export async function createCluster(places: Places): Promise<void> {
  makePassword(places.password);
  if (holdsCluster(places.cluster)) return;
  const scratch = scratchName(places.cluster);
  try {
    await initialise(scratch);
    await addRole(scratch, readFileSync(places.password, 'utf8'));
    moveIntoPlace(scratch, places);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** A folder that we may not look into is no empty one: that is thrown. */
function holdsCluster(cluster: string): boolean {
  return statSync(join(cluster, 'PG_VERSION'), { throwIfNoEntry: false }) !== undefined;
}

/** Of several that start at once the first password counts, and it is never seen half-written. */
function makePassword(path: string): void {
  if (existsSync(path)) return;
  const scratch = scratchName(path);
  writeFileSync(scratch, randomBytes(24).toString('base64url'), { mode: 0o600 });
  try {
    linkSync(scratch, path);
  } catch (error) {
    if (!existsSync(path)) throw error;
  } finally {
    rmSync(scratch);
  }
}

/** An empty cluster. The locale is PostgreSQL's own: nothing depends on what the machine has. */
export async function initialise(cluster: string): Promise<void> {
  mkdirSync(cluster, { mode: 0o700 });
  ownedByDatabaseUser(cluster);
  await run({
    name: 'initdb',
    args: [
      '--username=postgres',
      '--auth=trust',
      '--encoding=UTF8',
      '--locale-provider=builtin',
      '--locale=C.UTF-8',
      '--no-instructions',
    ],
    cluster,
  });
}

/**
 * Our role owns its database and is no superuser: it can read no file and run no program. The superuser has no password,
 * and the rule for connections names only our role: nobody can sign in as one.
 */
async function addRole(cluster: string, password: string): Promise<void> {
  const statements = [
    `CREATE ROLE ${ROLE} LOGIN PASSWORD '${password}'`,
    `CREATE DATABASE ${ROLE} OWNER ${ROLE}`,
  ];
  await run(
    { name: 'postgres', args: ['--single', '-c', 'exit_on_error=on', 'postgres'], cluster },
    `${statements.join('\n')}\n`,
  );
  writeFileSync(join(cluster, 'pg_hba.conf'), `local ${ROLE} ${ROLE} scram-sha-256\n`);
}

/** Somebody else may have been first: then theirs counts. */
function moveIntoPlace(scratch: string, { cluster, dataDir }: Places): void {
  try {
    renameSync(scratch, cluster);
  } catch (error) {
    if (holdsCluster(cluster)) return;
    throw new EmbeddedPostgresFailed(
      `${cluster} is there, but holds no database: move it away, or set DATA_DIR.`,
      { cause: error },
    );
  }
  const folder = openSync(dataDir, 'r');
  fsyncSync(folder);
  closeSync(folder);
}

async function run(
  program: Pick<Program, 'name' | 'args' | 'cluster'>,
  input?: string,
): Promise<void> {
  const log = `${program.cluster}.log`.replace(/^(.*)(\.new-\d+-[0-9a-f]+)\.log$/, '$1.log$2');
  const output = openSync(log, 'a', 0o600);
  try {
    const child = launch({ ...program, output, ...(input !== undefined && { input: 'pipe' }) });
    child.stdin?.on('error', () => {});
    child.stdin?.end(input);
    const [code] = await once(child, 'close');
    if (code !== 0) {
      throw new EmbeddedPostgresFailed(
        `The embedded database could not be made: ${whyItFailed(log, 0, program.cluster)}`,
      );
    }
  } finally {
    closeSync(output);
    rmSync(log, { force: true });
  }
}
