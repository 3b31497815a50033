import { Client } from 'pg';
import { type DatabasePlace, reachDatabase } from '../stores/database-place.ts';
import { writeSnapshotFile } from '../stores/snapshot/snapshot-file.ts';
import { type SnapshotPart, takeSnapshot } from '../stores/snapshot/snapshot.ts';
import type { Command } from './command.ts';

export const backup: Command = {
  name: 'backup',
  summary: 'Write the whole database, as it is at one moment, into a file',
  takes: '<file>',
  async run({ positionals: [file = ''], settings, data }) {
    const database = await reachDatabase(settings());
    try {
      await writeSnapshotFile(file, snapshotOf(database));
    } finally {
      await database.stop();
    }
    data(
      { file },
      `Written: ${file}\nKeep GATEHOUSE_SECRET with it, in another place: without it the signing keys inside stay shut.`,
    );
  },
};

/** The connection closes with the stream. */
export async function* snapshotOf({
  direct,
}: Pick<DatabasePlace, 'direct'>): AsyncGenerator<SnapshotPart> {
  const client = new Client({ ...direct, statement_timeout: 0, query_timeout: 0 });
  client.on('error', () => {});
  await client.connect();
  try {
    yield* takeSnapshot(client);
  } finally {
    await client.end();
  }
}
