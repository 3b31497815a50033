import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commands } from '../../src/cli/commands.ts';
import { gatehouse, gatehouseProcess } from '../support/command-line.ts';
import { databaseUrl } from '../support/database-url.ts';
import { createDatabase } from '../support/database.ts';

const run = (...words: string[]) => gatehouse(words);

it.each([[[]], [['--help']], [['-h']], [['help']]])('lists all commands: %j', async (words) => {
  const { code, out, err } = await gatehouse(words);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  for (const { name, summary } of commands) {
    expect(out).toContain(`  ${name}`);
    expect(out).toContain(summary);
  }
});

it.each(commands.map(({ name }) => name))('explains itself: %s', async (name) => {
  const help = await run(...name.split(' '), '--help');
  expect(help).toMatchObject({ code: 0, err: '' });
  expect(help.out).toContain(`Usage: gatehouse ${name}`);
});

it('names each command once', () => {
  const names = commands.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});

it('lists one family', async () => {
  const { code, out } = await run('user', '--help');
  expect(code).toBe(0);
  expect(out).toContain('user create');
  expect(out).not.toContain('audit list');
});

it.each([
  [['nonsense'], 'There is no such command.'],
  [['user'], 'Say which command.'],
  [['user', 'nonsense'], 'Say which command.'],
  [['--json'], 'Say which command.'],
  [['user', 'show'], 'Missing: <e-mail|username|id>.'],
  [['user', 'show', 'a', 'b'], 'That is more than this command takes.'],
  [['user', 'show', 'a', '--nonsense'], 'There is no such option.'],
  [['user', 'list', '--limit', 'many'], '--limit is a number from 1 to 10000.'],
  [['user', 'list', '--limit'], "Option '--limit <value>' argument missing."],
  [['user', 'list', '--json=yes'], 'does not take an argument.'],
  [['audit', 'list', '--since', 'yesterday'], '--since is a date'],
])('wrong usage is one sentence and exit code 2: %j', async (words, sentence) => {
  const { code, out, err } = await gatehouse(words);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toContain(sentence);
  expect(err).toMatch(/See: gatehouse .*--help\n$/);
  expect(err.trimEnd()).not.toContain('\n');
});

it.each([
  [['user', 'create', 'you@example.com', '--password', 'sesame-open-up']],
  [['user', 'create', 'you@example.com', '--password=sesame-open-up']],
  [['user', 'create', 'you@example.com', '-p', 'x', '--pass', 'sesame-open-up']],
  [['user', 'set-password', 'you@example.com', '--secret', 'sesame-open-up']],
])('a secret among the arguments is refused and not repeated: %j', async (words) => {
  const { code, out, err } = await gatehouse(words);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toContain('A secret is never given as an argument');
  expect(err).not.toContain('sesame');
});

it('a secret where a name might stand is not repeated either', async () => {
  const { code, err } = await run('user', 'set-password', 'you@example.com', 'sesame-open-up');
  expect(code).toBe(2);
  expect(err).not.toContain('sesame');
});

it('says every wrong setting, exit code 2', async () => {
  const env = { PORT: 'many', NODE_ENV: 'sometimes', GATEHOUSE_NONSENSE: '1' };
  const { code, out, err } = await gatehouse(['user', 'list'], { env });
  expect({ code, out }).toEqual({ code: 2, out: '' });
  for (const name of Object.keys(env)) expect(err).toContain(`${name}: `);
});

it('a database that cannot be reached is one sentence, exit code 1', async () => {
  const env = { DATABASE_URL: 'postgres://nobody:hush@127.0.0.1:1/nothing' };
  const { code, out, err } = await gatehouse(['user', 'list'], { env });
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(err).toMatch(/^The database cannot be reached: [^\n]+\n$/);
  expect(err).not.toContain('hush');
});

it('brings the schema up to date where the server would, and says what to run where not', async () => {
  const { config, drop } = await createDatabase();
  const env = { DATABASE_URL: databaseUrl(config), GATEHOUSE_MIGRATE: 'manual' };
  const refused = await gatehouse(['user', 'list'], { env });
  expect(refused).toMatchObject({ code: 1, out: '' });
  expect(refused.err).toContain('gatehouse migrate');

  const brought = await gatehouse(['user', 'list'], {
    env: { ...env, GATEHOUSE_MIGRATE: 'on-start' },
  });
  expect(brought).toEqual({ code: 0, out: 'Nobody.\n', err: '' });
  await drop();
});

describe('as a process', () => {
  let cwd: string;
  beforeAll(() => {
    cwd = mkdtempSync(join(tmpdir(), 'gatehouse-cli-'));
    writeFileSync(join(cwd, '.env'), 'DATABASE_URL=mysql://from-the-file\nGATEHOUSE_NONSENSE=1\n');
  });
  afterAll(() => rmSync(cwd, { recursive: true, force: true }));

  it('reads .env, which the environment overrules', async () => {
    const fromFile = await gatehouseProcess(['user', 'list'], { cwd });
    expect(fromFile).toMatchObject({ code: 2, out: '' });
    expect(fromFile.err).toContain('DATABASE_URL: ');
    const env = { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/nothing' };
    const overruled = await gatehouseProcess(['user', 'list'], { cwd, env });
    expect(overruled.err).not.toContain('DATABASE_URL: ');
    expect(overruled.err).toContain('GATEHOUSE_NONSENSE: ');
  });

  it('helps whatever the settings, and leaves nothing behind', async () => {
    const env = { DATA_DIR: join(cwd, 'untouched') };
    const { code, out } = await gatehouseProcess(['--help'], { cwd, env });
    expect(code).toBe(0);
    expect(out).toContain('user create');
    const bare = await gatehouseProcess(['nonsense'], { env });
    expect(bare).toMatchObject({ code: 2, out: '' });
    expect(existsSync(env.DATA_DIR)).toBe(false);
  });
});
