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

describe('a server that takes no writes any more', () => {
  for (const [how, notice] of Object.entries({
    'says so with an answer': () => db.pool.query('SET default_transaction_read_only = on'),
    'refuses a write': () =>
      db.prisma
        .$transaction(async (tx) => {
          await tx.$executeRaw`SET TRANSACTION READ ONLY`;
          await tx.account.deleteMany();
        })
        .catch(() => {}),
  })) {
    it(`that ${how} loses every connection`, async () => {
      const before = await three();
      expect(before.size).toBe(3);
      const busy = await db.pool.connect();
      await notice();
      busy.release();
      const after = await three();
      expect([...after].filter((pid) => before.has(pid))).toEqual([]);
      expect(after.size).toBe(3);
      expect(await pidOf()).toBe(await pidOf());
    });
  }

  it('is asked once by each connection, until it takes them again', async () => {
    const name = db.config.database ?? '';
    await db.pool.query(`ALTER DATABASE ${name} SET default_transaction_read_only = on`);
    await db.pool.query('SET default_transaction_read_only = on');
    const [one, another] = [await pidOf(), await pidOf()];
    expect(one).not.toBe(another);
    await db.pool.query(
      `BEGIN READ WRITE; ALTER DATABASE ${name} RESET default_transaction_read_only; COMMIT`,
    );
    expect(await pidOf()).toBe(await pidOf());
  });
});

async function pidOf() {
  const { rows } = await db.pool.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  return rows[0]?.pid;
}

async function three() {
  const held = await Promise.all([1, 2, 3].map(() => db.pool.connect()));
  held.forEach((client) => client.release());
  return new Set(await Promise.all([pidOf(), pidOf(), pidOf()]));
}

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
