import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gatehouseProcess } from '../support/command-line.ts';
import { startServer } from '../support/server-process.ts';

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'gatehouse-cli-'));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

const run = (args: string[], input = '') =>
  gatehouseProcess(args, { env: { DATA_DIR: dataDir }, input });
const create = (email: string) => run(['user', 'create', email], 'correct horse battery\n');
const addresses = async () => {
  const { out } = await run(['user', 'list', '--json']);
  const people: { email: string }[] = JSON.parse(out);
  return people.map(({ email }) => email).toSorted();
};

it('works before the first start, and the server finds who was made', async () => {
  expect(await create('before@example.com')).toMatchObject({ code: 0, err: '' });
  const server = await startServer({ dataDir });
  expect(await create('beside@example.com')).toMatchObject({ code: 0, err: '' });
  expect(await addresses()).toEqual(['before@example.com', 'beside@example.com']);
  expect(await server.ask('/health/ready')).toMatchObject({ status: 200 });
  expect(await server.stop()).toBe(0);
  expect(await addresses()).toEqual(['before@example.com', 'beside@example.com']);
}, 90_000);

it('three commands at once on an empty folder all do their work', async () => {
  const made = await Promise.all(
    ['one@example.com', 'two@example.com', 'three@example.com'].map(create),
  );
  expect(made.map(({ code, err }) => ({ code, err }))).toEqual(
    made.map(() => ({ code: 0, err: '' })),
  );
  expect(await addresses()).toHaveLength(3);
}, 90_000);
