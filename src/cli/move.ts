import { Client } from 'pg';
import { databaseFor } from '../stores/database-place.ts';
import { connectionTo } from '../stores/postgres/connection.ts';
import { snapshotOf } from './backup.ts';
import { type Command, UsageError } from './command.ts';
import { SILENT, takeIn } from './restore.ts';

export const move: Command = {
  name: 'move',
  summary: 'Move from the embedded database to a PostgreSQL of your own; stop the server first',
  options: {
    to: {
      type: 'string',
      describe: 'Where to; a password is asked for where the URL has none',
      hint: 'postgres://user@host/database',
    },
    replace: { type: 'boolean', describe: 'Throw away what the target holds now' },
  },
  async run({ values, settings, askSecret, data }) {
    const to = values['to'];
    if (typeof to !== 'string' || !URL.canParse(to)) throw new UsageError('Say where: --to <URL>.');
    const target = new URL(to);
    if (target.password) {
      throw new UsageError(
        'A password on the command line is seen by others: leave it out, it is asked for.',
      );
    }
    if (await wantsPassword(target)) target.password = await askSecret('Password of the target');
    const source = await databaseFor(
      { DATA_DIR: settings().DATA_DIR },
      { embedded: 'own', log: SILENT },
    );
    try {
      await takeIn(connectionTo(target.href), snapshotOf(source), {
        replace: values['replace'] === true,
      });
    } finally {
      await source.stop();
    }
    target.password = '';
    data(
      { moved: true },
      `Moved. Now start the server with DATABASE_URL=${target.href} and its password.`,
    );
  },
};

async function wantsPassword({ href }: URL): Promise<boolean> {
  const client = new Client({ ...connectionTo(href), connectionTimeoutMillis: 5000 });
  client.on('error', () => {});
  try {
    await client.connect();
    return false;
  } catch (error) {
    const message = error instanceof Error ? error.message : '';
    if (/password/i.test(message)) return true;
    throw error;
  } finally {
    await client.end().catch(() => {});
  }
}
