import { MigrationRefused, migrate, migrateDown } from '../stores/migrate.ts';
import { type MigrationStatus, migrationStatus } from '../stores/migrations.ts';
import { reachDatabase, testGround } from '../stores/database-place.ts';
import { type Command, type CommandCall, CommandFailed, UsageError } from './command.ts';

export const migrateCommand: Command = {
  name: 'migrate',
  summary: 'Bring the database schema up to date',
  options: {
    status: { type: 'boolean', describe: 'Only show what is applied and what is missing' },
    down: { type: 'boolean', describe: 'Undo the newest migration' },
  },
  async run(call) {
    const { status, down } = call.values;
    if (status && down) throw new UsageError('Give either --status or --down.');
    const database = await reachDatabase(call.settings());
    try {
      if (!status) await testGround(database.direct);
      if (status) tellStatus(call, await migrationStatus(database.direct));
      else if (down) tellUndone(call, await migrateDown(database.direct));
      else tellApplied(call, await migrate(database.direct));
    } catch (error) {
      throw error instanceof MigrationRefused
        ? new CommandFailed(error.message, { cause: error })
        : error;
    } finally {
      await database.stop();
    }
  },
};

function tellStatus(call: CommandCall, status: MigrationStatus): void {
  const lines = [
    ...status.applied.map((name) => `applied  ${name}`),
    ...status.edited.map((name) => `EDITED   ${name}   restore its migration.sql`),
    ...status.newer.map((name) => `newer    ${name}   applied by a newer version`),
    ...status.missing.map((name) => `missing  ${name}`),
  ];
  call.data(status, lines.join('\n'));
}

function tellUndone(call: CommandCall, name: string | undefined): void {
  call.data({ undone: name ?? null }, name ? `Undone: ${name}` : 'Nothing to undo.');
}

function tellApplied(call: CommandCall, applied: string[]): void {
  call.data(
    { applied },
    applied.length > 0 ? `Applied: ${applied.join(', ')}` : 'The schema is up to date.',
  );
}
