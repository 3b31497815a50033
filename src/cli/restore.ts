import type { ClientConfig } from 'pg';
import { isScheduled } from '../jobs/schedule.ts';
import type { Circumstances } from '../audit/events.ts';
import { databaseFor } from '../stores/database-place.ts';
import { openDatabase } from '../stores/postgres/database.ts';
import { durablePorts } from '../stores/postgres/durable.ts';
import { postgresJobs } from '../stores/postgres/jobs.ts';
import { type RestoreOptions, restoreSnapshot } from '../stores/snapshot/restore.ts';
import { readSnapshotFile } from '../stores/snapshot/snapshot-file.ts';
import type { SnapshotPart } from '../stores/snapshot/snapshot.ts';
import type { Command } from './command.ts';

export const restore: Command = {
  name: 'restore',
  summary: 'Bring the database to what a backup holds; stop the server first',
  takes: '<file>',
  options: {
    replace: { type: 'boolean', describe: 'Throw away what the database holds now' },
    'sign-out-everyone': {
      type: 'boolean',
      describe: 'End all sessions and grants: what was revoked since the backup would live again',
    },
  },
  async run({ positionals: [file = ''], values, settings, data }) {
    const database = await databaseFor(settings(), { embedded: 'own', log: SILENT });
    try {
      await takeIn(database.direct, readSnapshotFile(file), {
        replace: values['replace'] === true,
        signOutEveryone: values['sign-out-everyone'] === true,
      });
    } finally {
      await database.stop();
    }
    data({ restored: file }, `Restored from ${file}.`);
  },
};

/** Rows, waiting jobs, and the event that tells of it. */
export async function takeIn(
  config: ClientConfig,
  parts: AsyncIterable<SnapshotPart>,
  options: RestoreOptions,
): Promise<void> {
  const waiting = await restoreSnapshot(config, parts, options);
  const database = openDatabase(config, { max: 2 });
  const jobs = postgresJobs({ config, worker: false, onError: () => {} });
  try {
    await database.prisma.$transaction(async (tx) => {
      // Waiting mails stand in the outbox, and get their jobs from there.
      const names = waiting.map(({ name }) => name).filter(isScheduled);
      for (const name of names) await jobs.queue(tx).enqueue(name, {});
      await durablePorts(tx).audit.record('backup-restored', {}, CLI);
    });
  } finally {
    await jobs.close();
    await database.close();
  }
}

const CLI: Circumstances = { actor: 'cli' };

/** A fault of the database ends the command, and is told there. */
export const SILENT = { warn: () => {} };
