import { Client, type ClientConfig } from 'pg';
import { migrate, migrateDown } from '../migrate.ts';
import { readMigrations } from '../migrations.ts';
import {
  type SnapshotJobs,
  type SnapshotPart,
  SnapshotTorn,
  isEmpty,
  loadRows,
} from './snapshot.ts';

export interface RestoreOptions {
  /** Undo what stands in the target first. */
  replace?: boolean;
  /** Whatever was revoked after the snapshot was taken would live again: this ends all sessions and grants. */
  signOutEveryone?: boolean;
}

/** What stands in the way, in a sentence that says what to do. */
export class RestoreRefused extends Error {}

/** Brings a database to what a snapshot holds, then its schema up to date. A failure leaves it empty. */
export async function restoreSnapshot(
  target: ClientConfig,
  parts: AsyncIterable<SnapshotPart>,
  { replace = false, signOutEveryone = false }: RestoreOptions = {},
): Promise<SnapshotJobs> {
  const snapshot = parts[Symbol.asyncIterator]();
  const head = await readHead(snapshot);
  if (replace) while (await migrateDown(target));
  await migrate(target, { upTo: head.migrations.at(-1) ?? '' });
  const client = new Client({ ...target, statement_timeout: 0, query_timeout: 0 });
  client.on('error', () => {});
  await client.connect();
  try {
    if (!(await isEmpty(client))) {
      throw new RestoreRefused('The database is not empty; --replace throws away what it holds.');
    }
    const jobs = await loadRows(client, rest(snapshot), { signOutEveryone });
    await migrate(target);
    return jobs;
  } finally {
    await client.end();
  }
}

async function readHead(snapshot: AsyncIterator<SnapshotPart>) {
  const { value } = await snapshot.next();
  if (value?.part !== 'head') throw new SnapshotTorn();
  const known = new Set(readMigrations().map(({ name }) => name));
  const strange = value.migrations.find((name: string) => !known.has(name));
  if (strange) {
    throw new RestoreRefused(
      `The backup has ${strange}, which this version does not know: restore it with the version that made it, or a newer one.`,
    );
  }
  return value;
}

async function* rest(snapshot: AsyncIterator<SnapshotPart>): AsyncGenerator<SnapshotPart> {
  for (;;) {
    const { done, value } = await snapshot.next();
    if (done) return;
    yield value;
  }
}
