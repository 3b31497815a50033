import { randomUUID } from 'node:crypto';
import { named } from '../../src/stores/postgres/database.ts';
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

it('prepares a statement once a connection, those of Prisma too', async () => {
  const client = await db.pool.connect();
  try {
    for (const n of [1, 2]) {
      const { rows } = await named<{ n: number }>(client, 'SELECT $1::int AS n', [n]);
      expect(rows).toEqual([{ n }]);
    }
    const prepared = await client.query(
      "SELECT statement FROM pg_prepared_statements WHERE statement LIKE 'SELECT $1%'",
    );
    expect(prepared.rows).toEqual([{ statement: 'SELECT $1::int AS n' }]);
  } finally {
    client.release();
  }
  const counts = await db.prisma.$transaction(async (tx) => {
    const counted = [];
    for (const id of [randomUUID(), randomUUID()]) {
      await tx.account.findUnique({ where: { id } });
      counted.push(
        await tx.$queryRaw`SELECT count(*)::int FROM pg_prepared_statements WHERE statement LIKE '%"accounts"%'`,
      );
    }
    return counted;
  });
  expect(counts[0]).toEqual(counts[1]);
  expect(counts[0]).not.toEqual([{ count: 0 }]);
});
