import { randomUUID } from 'node:crypto';
import { type TestDatabase, freshDatabase } from '../support/database.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await freshDatabase();
});
afterAll(() => db.close());

it('announces a disabled account to whoever listens', async () => {
  const id = randomUUID();
  await db.prisma.account.create({
    data: { id, email: 'You@example.com', emailCanonical: 'you@example.com' },
  });

  const listener = await db.pool.connect();
  const heard = new Promise<string>((resolve) => {
    listener.on('notification', ({ payload = '' }) => resolve(payload));
  });
  await listener.query('LISTEN gatehouse');
  await db.prisma.account.update({ where: { id }, data: { disabledAt: new Date() } });
  expect(JSON.parse(await heard)).toEqual({ kind: 'account', id });
  listener.release(true);
});
