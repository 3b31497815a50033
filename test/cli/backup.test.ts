import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gatehouse } from '../support/command-line.ts';
import { databaseUrl } from '../support/database-url.ts';
import { createDatabase } from '../support/database.ts';
import { hasPostgres15, startPostgres15 } from '../support/postgres-15.ts';

const home = mkdtempSync(join(tmpdir(), 'gatehouse-backup-'));
const env = { DATA_DIR: join(home, 'data') };
const file = join(home, 'whole.backup');

beforeAll(async () => {
  const made = await gatehouse(['user', 'create', 'you@example.com'], {
    env,
    input: 'correct horse battery\n',
  });
  if (made.code !== 0) throw new Error(made.err);
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

const people = async (where: NodeJS.ProcessEnv): Promise<string[]> => {
  const { out } = await gatehouse(['user', 'list', '--json'], { env: where });
  const list: { email: string }[] = JSON.parse(out);
  return list.map(({ email }) => email);
};

describe('backup and restore', () => {
  it('bring everything to an empty database', async () => {
    expect(await gatehouse(['backup', file], { env })).toMatchObject({ code: 0 });
    const { config, drop } = await createDatabase();
    const target = { DATABASE_URL: databaseUrl(config) };
    expect(await gatehouse(['restore', file], { env: target })).toMatchObject({ code: 0 });
    expect(await people(target)).toEqual(['you@example.com']);
    const { out } = await gatehouse(['audit', 'list', '--json'], { env: target });
    expect(out).toContain('backup-restored');
    await drop();
  });

  it('throw nothing away unasked', async () => {
    const refused = await gatehouse(['restore', file], { env });
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('--replace') });
    expect(await gatehouse(['restore', file, '--replace'], { env })).toMatchObject({ code: 0 });
    expect(await people(env)).toEqual(['you@example.com']);
  });

  it('say so where there is no such file', async () => {
    const refused = await gatehouse(['restore', join(home, 'nothing')], { env });
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('nothing') });
  });
});

describe('move', () => {
  it('refuses a password on the command line', async () => {
    const refused = await gatehouse(['move', '--to', 'postgres://me:hunter2@localhost/x'], { env });
    expect(refused).toMatchObject({ code: 2, err: expect.stringContaining('leave it out') });
  });

  const oldest = hasPostgres15 ? ['from the embedded 18 to a 15'] : [];
  it.each(['within 18', ...oldest])('keeps everybody, %s', async (where) => {
    const target = where === 'within 18' ? await emptyDatabase() : await startPostgres15();
    const url = databaseUrl(target.config);
    expect(await gatehouse(['move', '--to', url], { env })).toMatchObject({ code: 0 });
    expect(await people({ DATABASE_URL: url })).toEqual(['you@example.com']);
    await target.stop();
  });
});

async function emptyDatabase() {
  const { config, drop } = await createDatabase();
  return { config, stop: drop };
}
