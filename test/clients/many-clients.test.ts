import { performance } from 'node:perf_hooks';
import { createClient } from '../../src/clients/create-client.ts';
import { updateClient } from '../../src/clients/update-client.ts';
import { rotateSecret } from '../../src/clients/rotate-secret.ts';
import { deleteClient } from '../../src/clients/delete-client.ts';
import type { Change } from '../../src/changes/change-feed.ts';
import { postgresChangeFeed } from '../../src/stores/postgres/change-feed.ts';
import { type Furnished, furnished } from '../support/furnished.ts';
import { timeUntil } from '../support/stopwatch.ts';
import { aClient } from './a-client.ts';

const BY = { actor: 'cli' } as const;
let house: Furnished;
beforeAll(async () => {
  house = await furnished();
});
afterAll(() => house.close());

async function withClients(count: number): Promise<Furnished> {
  const full = await furnished();
  await createClient(full, { registration: aClient({ id: 'many-0' }) }, BY);
  const copies = `FROM clients c, generate_series(1, $1) n WHERE c.id = 'many-0'`;
  await full.database.pool.query(
    `INSERT INTO clients
     SELECT (jsonb_populate_record(c, jsonb_build_object('id', 'many-' || n))).* ${copies}`,
    [count - 1],
  );
  await full.database.pool.query(
    `INSERT INTO client_secrets (id, client_id, sha256)
     SELECT gen_random_uuid(), 'many-' || n, sha256(n::text::bytea) ${copies}`,
    [count - 1],
  );
  await full.database.pool.query('ANALYZE clients, client_secrets');
  return full;
}

async function timeOfFind({ clients }: Furnished, id: string): Promise<number> {
  const start = performance.now();
  expect((await clients.find(id))?.secrets).toHaveLength(1);
  return performance.now() - start;
}

it('finds one of ten thousand as quickly as one of ten', async () => {
  const [few, many] = [await withClients(10), await withClients(10_000)];
  const times: { few: number; many: number }[] = [];
  for (let round = 0; round < 220; round += 1) {
    const turn = {
      few: await timeOfFind(few, `many-${round % 10}`),
      many: await timeOfFind(many, `many-${(round * 7919) % 10_000}`),
    };
    if (round >= 20) times.push(turn);
  }
  await Promise.all([few.close(), many.close()]);
  const middle = (of: 'few' | 'many') =>
    times.map((turn) => turn[of]).toSorted((one, other) => one - other)[100] ?? 0;
  expect(middle('many') / middle('few')).toBeLessThan(2);
});

it('announces every change of a client to all processes within a second', async () => {
  const feed = postgresChangeFeed({ config: house.database.config });
  const heard: Change[] = [];
  feed.onChange((change) => heard.push(change));
  await until(() => feed.isFresh());
  const acts: (() => Promise<unknown>)[] = [
    () => house.clients.create(aClient({ id: 'heard' })),
    () => updateClient(house, { id: 'heard', change: (was) => ({ ...was, name: 'Other' }) }, BY),
    () => rotateSecret(house, { clientId: 'heard', overlapS: 60 }, BY),
    () => house.clients.setLogo('heard', undefined),
    () => deleteClient(house, 'heard', BY),
  ];
  for (const act of acts) {
    heard.length = 0;
    await act();
    const isHeard = () => heard.some((change) => 'id' in change && change.id === 'heard');
    expect(await timeUntil(isHeard)).toBeLessThan(1000);
  }
  await feed.close();
});

/** Looks again until it is so; the limit of the test is the limit of its patience. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
}
