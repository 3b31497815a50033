import { EventEmitter, once } from 'node:events';
import type { JobWork } from '../../src/jobs/queue.ts';
import { type PostgresJobs, postgresJobs } from '../../src/stores/postgres/jobs.ts';
import { type TestDatabase, freshDatabase } from '../support/database.ts';

let db: TestDatabase;
const opened: PostgresJobs[] = [];
const errors: Error[] = [];

function open(worker: boolean): PostgresJobs {
  const jobs = postgresJobs({
    config: db.config,
    worker,
    onError: (error) => errors.push(error),
  });
  opened.push(jobs);
  return jobs;
}

/** Work that only remembers that it was called. */
function diary() {
  const done = new EventEmitter();
  const work: JobWork = {
    'clean-up': async () => void done.emit('clean-up'),
    'rotate-keys': async () => void done.emit('rotate-keys'),
    'mail-proof': async ({ proofId }) => void done.emit('mail-proof', proofId),
    'send-mail': async ({ mailId }) => void done.emit('send-mail', mailId),
  };
  return { done, work };
}

beforeAll(async () => {
  db = await freshDatabase();
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((jobs) => jobs.close(1000)));
  if (errors.length > 0) throw new AggregateError(errors.splice(0));
});
afterAll(() => db.close());

it('five processes may open the jobs of an empty database at once', async () => {
  const all = await Promise.all(Array.from({ length: 5 }, () => open(false).overview()));
  expect(all.map((one) => one.map(({ name }) => name))).toEqual(
    Array.from({ length: 5 }, () => ['clean-up', 'rotate-keys', 'mail-proof', 'send-mail']),
  );
});

it('does a job that one process enqueued and another works on, at once', async () => {
  const { work, done } = diary();
  const worker = open(true);
  await worker.work(work);
  const web = open(false);
  const heard = once(done, 'clean-up');
  await web.queue(db.prisma).enqueue('clean-up', {});
  await expect(heard).resolves.toEqual([]);
});

it('forgets a job whose transaction is undone', async () => {
  const { queue, overview } = open(false);
  const undone = db.prisma.$transaction(async (tx) => {
    await queue(tx).enqueue('rotate-keys', {});
    throw new Error('undone');
  });
  await expect(undone).rejects.toThrow('undone');
  expect(await overview()).toContainEqual(
    expect.objectContaining({ name: 'rotate-keys', waiting: 0 }),
  );
});

it('tells what runs by the clock', async () => {
  const { overview } = open(false);
  expect((await overview()).map(({ cron }) => cron)).toEqual([
    '*/5 * * * *',
    '17 * * * *',
    undefined,
  ]);
});
