import { Client } from 'pg';
import { openNotices } from '../../src/doctor/notices.ts';
import { found } from '../../src/doctor/finding.ts';
import type { Settings } from '../../src/settings/settings.ts';
import { openTestHouse } from '../support/house.ts';

const DAY_MS = 86_400_000;

it('a database that turns read-only is named once, however many requests meet it', async () => {
  const home = await openTestHouse();
  await everyConnection(home.settings, 'SET default_transaction_read_only = on');
  for (let i = 0; i < 3; i += 1) expect((await home.browser().visit('/sign-in')).status).toBe(503);
  const named = home.log.entries().filter(({ finding }) => finding === 'database-read-only');
  expect(named).toEqual([
    expect.objectContaining({
      level: 'warn',
      msg: 'The database takes no writes. See `gatehouse doctor`.',
      fix: expect.stringContaining('Point DATABASE_URL at the primary.'),
    }),
  ]);
  await everyConnection(home.settings, 'RESET default_transaction_read_only');
  await home.close();
});

/** From now on, and for those who are there: they have to connect anew. */
async function everyConnection({ DATABASE_URL }: Settings, change: string): Promise<void> {
  const admin = new Client({ connectionString: DATABASE_URL });
  await admin.connect();
  await admin.query('SET default_transaction_read_only = off');
  const { rows } = await admin.query<{ name: string }>('SELECT current_database() AS name');
  await admin.query(`ALTER DATABASE ${rows[0]?.name} ${change}`);
  await admin.query(
    'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
  );
  await admin.end();
}

it('a finding is told once a day', () => {
  const lines: object[] = [];
  const clock = { now: 0 };
  const log = { warn: (fields: object, message = '') => lines.push({ ...fields, message }) };
  const notices = openNotices(log, () => clock.now);
  const finding = found('redis-full', 'Redis is full, and takes no more.');
  for (let hour = 0; hour < 25; hour += 1) {
    clock.now = (hour / 24) * DAY_MS;
    notices.tell(finding);
  }
  expect(lines).toEqual([line(finding.fix), line(finding.fix)]);
});

const line = (fix: string) => ({
  finding: 'redis-full',
  fix,
  message: 'Redis is full, and takes no more. See `gatehouse doctor`.',
});
