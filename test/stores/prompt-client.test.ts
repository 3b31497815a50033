import { type Database, openDatabase } from '../../src/stores/postgres/database.ts';
import { type Counter, countStatements } from '../bench/round-trips.ts';
import { type TestDatabase, freshDatabase } from '../support/database.ts';

const ADD = 'INSERT INTO revoked_tokens (id, expires_at) VALUES ($1, now())';

let db: TestDatabase;
let counter: Counter;
let counted: Database;
beforeAll(async () => {
  db = await freshDatabase();
  counter = await countStatements(db.config);
  counted = openDatabase({ ...db.config, host: '127.0.0.1', port: counter.port }, { max: 1 });
});
afterAll(async () => {
  await counted.close();
  counter.close();
  await db.close();
});

/** By Prisma, as all of them are. */
const adding = (...ids: string[]) =>
  counted.prisma.$transaction((tx) =>
    Promise.all(ids.map((id) => tx.$executeRawUnsafe(ADD.replace('$1', `'${id}'`)))),
  );
const kept = async (...ids: string[]) =>
  (await db.pool.query('SELECT id FROM revoked_tokens WHERE id = ANY ($1) ORDER BY id', [ids])).rows
    .length;

it('a transaction begins with its first statement, and one that does nothing is none', async () => {
  await adding('warm');
  const before = counter.asked();
  await adding('a', 'b');
  // Both, and COMMIT.
  expect(counter.asked() - before).toBe(3);
  expect(await kept('a', 'b')).toBe(2);
  await counted.prisma.$transaction(async () => {});
  expect(counter.asked() - before).toBe(3);
});

it('nothing of it is kept where its first statement fails, or one that was sent beside others', async () => {
  await expect(adding('a', 'c')).rejects.toThrow('revoked_tokens_pkey');
  await expect(adding('d', 'd', 'e')).rejects.toThrow('revoked_tokens_pkey');
  expect(await kept('c', 'd', 'e')).toBe(0);
  await adding('f');
  expect(await kept('f')).toBe(1);
});

it('no statement is run outside of its transaction where BEGIN itself fails', async () => {
  await adding('known');
  await counted.pool.query('DEALLOCATE ALL');
  await expect(adding('g')).rejects.toThrow('prepared statement');
  expect(await kept('g')).toBe(0);
});
