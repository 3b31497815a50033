import { existsSync, globSync, lstatSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { placesIn } from '../../src/stores/embedded-postgres/paths.ts';
import { startPostmaster } from '../../src/stores/embedded-postgres/postmaster.ts';
import { ask, copyFolder, embeddedYard, postmasterOf, until } from '../support/embedded.ts';

const { copyOfSeed, newPlace, start, up } = embeddedYard();

const ended = (dataDir: string) => until(() => postmasterOf(dataDir) === 0);

describe('the embedded database', () => {
  it('is PostgreSQL 18, reached by a socket alone, with a role that can do nothing to the machine', async () => {
    const dataDir = copyOfSeed();
    const { config } = await up('server', dataDir);
    expect(
      await ask(
        config,
        "SELECT current_setting('server_version_num')::int / 10000 AS version",
        "SELECT current_setting('listen_addresses') AS addresses",
        'SELECT rolname, rolsuper, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = current_user',
      ),
    ).toEqual([
      { version: 18 },
      { addresses: '' },
      { rolname: 'gatehouse', rolsuper: false, rolcreaterole: false, rolcreatedb: false },
    ]);
    const refused = /permission denied/;
    await expect(ask(config, "SELECT pg_read_file('/etc/passwd')")).rejects.toThrow(refused);
    await expect(ask(config, "COPY (SELECT 1) TO PROGRAM 'true'")).rejects.toThrow(refused);
    await expect(ask({ ...config, user: 'postgres' }, 'SELECT 1')).rejects.toThrow('pg_hba');
    await expect(ask({ ...config, password: 'wrong' }, 'SELECT 1')).rejects.toThrow('password');
    await expect(ask({ ...config, database: 'postgres' }, 'SELECT 1')).rejects.toThrow('pg_hba');
  });

  it('can be read by its owner only', async () => {
    const dataDir = copyOfSeed();
    await up('server', dataDir);
    const open = globSync('**', { cwd: dataDir }).filter(
      (path) =>
        ((lstatSync(join(dataDir, path), { throwIfNoEntry: false })?.mode ?? 0) & 0o077) > 0,
    );
    expect(open.filter((path) => !path.includes('.s.PGSQL'))).toEqual([]);
    expect(lstatSync(dataDir).mode & 0o777).toBe(0o700);
  });

  it('does not see our environment', async () => {
    const dataDir = copyOfSeed();
    await up('server', dataDir);
    const environment = readFileSync(`/proc/${postmasterOf(dataDir)}/environ`, 'utf8');
    expect(environment.split('\0').map((variable) => variable.split('=')[0])).toEqual(
      expect.not.arrayContaining(['HOME', 'DATABASE_URL']),
    );
    expect(environment).toContain('LC_MESSAGES=C');
  });

  it('works in a folder whose path is longer than the address of a socket may be', async () => {
    const dataDir = join(newPlace(), 'a'.repeat(100));
    mkdirSync(dirname(dataDir));
    copyFolder(copyOfSeed(), dataDir);
    const { config } = await up('server', dataDir);
    expect(await ask(config, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('is removed of what was half made when its maker was killed, not of what is being made', async () => {
    const dataDir = copyOfSeed();
    const dead = join(dataDir, 'postgres.new-4194000-0badcafe');
    const living = join(dataDir, `postgres.new-${process.pid}-0badcafe`);
    for (const folder of [dead, living]) mkdirSync(folder);
    await up('server', dataDir);
    expect([existsSync(dead), existsSync(living)]).toEqual([false, true]);
  });

  it('says in one sentence that its folder belongs to something else', async () => {
    const dataDir = newPlace();
    mkdirSync(join(dataDir, 'postgres/notes'), { recursive: true });
    expect(await start('server', dataDir).hear()).toEqual({
      refused: expect.stringMatching(/postgres is there, but holds no database/),
    });
  });
});

describe('one server a folder', () => {
  it('refuses a second server in one sentence', async () => {
    const dataDir = copyOfSeed();
    const first = await up('server', dataDir);
    const second = start('server', dataDir);
    expect(await second.hear()).toEqual({
      refused: `Another Gatehouse server is running on ${dataDir}.`,
    });
    expect(await ask(first.config, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('lets one of five win that start at once on an empty folder', async () => {
    const dataDir = newPlace();
    const said = await Promise.all(
      Array.from({ length: 5 }, () => start('server', dataDir).hear()),
    );
    const refused = { refused: `Another Gatehouse server is running on ${dataDir}.` };
    expect(said.filter((one) => JSON.stringify(one) === JSON.stringify(refused))).toHaveLength(4);
    expect(globSync('*.new-*', { cwd: dataDir })).toEqual([]);
  }, 60_000);
});

describe('after a kill', () => {
  it('ends with the server, and the next start has every row that was acknowledged', async () => {
    const dataDir = copyOfSeed();
    const first = await up('server', dataDir);
    await ask(first.config, 'CREATE TABLE kept (n INT)', 'INSERT INTO kept VALUES (1)');
    await first.program.end('SIGKILL');
    await ended(dataDir);
    const second = await up('server', dataDir);
    expect(await ask(second.config, 'SELECT n FROM kept')).toEqual([{ n: 1 }]);
  });

  it('recovers when the database was killed with the server', async () => {
    const dataDir = copyOfSeed();
    const first = await up('server', dataDir);
    await ask(first.config, 'CREATE TABLE kept (n INT)', 'INSERT INTO kept VALUES (1)');
    process.kill(postmasterOf(dataDir), 'SIGKILL');
    await first.program.end('SIGKILL');
    const second = await up('server', dataDir);
    expect(second.adopted).toBe(false);
    expect(await ask(second.config, 'SELECT n FROM kept')).toEqual([{ n: 1 }]);
  });

  it('takes over an orphan', async () => {
    const dataDir = copyOfSeed();
    const places = placesIn(dataDir);
    startPostmaster(places);
    await until(() => existsSync(join(places.cluster, '.s.PGSQL.5432')));
    const orphan = postmasterOf(dataDir);
    const { program, adopted } = await up('server', dataDir);
    expect([adopted, postmasterOf(dataDir)]).toEqual([true, orphan]);
    await program.end('SIGTERM');
    expect(postmasterOf(dataDir)).toBe(0);
  });

  it('starts although the number of the dead database is another program by now', async () => {
    const dataDir = copyOfSeed();
    const first = await up('server', dataDir);
    const pidFile = join(dataDir, 'postgres/postmaster.pid');
    const lockFile = join(dataDir, 'postgres/.s.PGSQL.5432.lock');
    process.kill(postmasterOf(dataDir), 'SIGKILL');
    await first.program.end('SIGKILL');
    for (const file of [pidFile, lockFile]) {
      writeFileSync(file, readFileSync(file, 'utf8').replace(/^\d+/, String(process.pid)));
    }
    const { config } = await up('server', dataDir);
    expect(await ask(config, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('is started again when it is killed under a living server', async () => {
    const dataDir = copyOfSeed();
    const { config } = await up('server', dataDir);
    const killed = postmasterOf(dataDir);
    process.kill(killed, 'SIGKILL');
    await until(() => ![0, killed].includes(postmasterOf(dataDir)));
    await until(() =>
      readFileSync(join(dataDir, 'postgres/postmaster.pid'), 'utf8').includes('ready'),
    );
    expect(await ask(config, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect(await start('server', dataDir).hear()).toMatchObject({
      refused: expect.stringContaining('Another Gatehouse server'),
    });
  });
});

describe('a command', () => {
  it('works beside a running server, and leaves it running', async () => {
    const dataDir = copyOfSeed();
    const server = await up('server', dataDir);
    const command = await up('command', dataDir);
    expect(await ask(command.config, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await command.program.end('SIGTERM');
    expect(await ask(server.config, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('starts the database where no server runs, and stops it at its end', async () => {
    const dataDir = copyOfSeed();
    const command = await up('command', dataDir);
    expect(await ask(command.config, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await command.program.end('SIGTERM');
    expect(postmasterOf(dataDir)).toBe(0);
  });

  it('is waited for by a server that starts meanwhile', async () => {
    const dataDir = copyOfSeed();
    const command = await up('command', dataDir);
    const server = start('server', dataDir);
    const heard = server.hear();
    expect(await Promise.race([heard, soon('waiting')])).toBe('waiting');
    await command.program.end('SIGTERM');
    expect(await heard).toMatchObject({ adopted: false });
  });

  it('that started the database waits for another one that found it', async () => {
    const dataDir = copyOfSeed();
    const first = await up('command', dataDir);
    const second = await up('command', dataDir);
    const firstEnds = first.program.end('SIGTERM');
    expect(await Promise.race([firstEnds, soon('waiting')])).toBe('waiting');
    expect(await ask(second.config, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await second.program.end('SIGTERM');
    await firstEnds;
    expect(postmasterOf(dataDir)).toBe(0);
  });

  it('ends an orphan that nobody took over', async () => {
    const dataDir = copyOfSeed();
    const places = placesIn(dataDir);
    startPostmaster(places);
    await until(() => existsSync(join(places.cluster, '.s.PGSQL.5432')));
    const command = await up('command', dataDir);
    await command.program.end('SIGTERM');
    expect(postmasterOf(dataDir)).toBe(0);
  });
});

function soon<T>(answer: T): Promise<T> {
  return new Promise((resolve) => {
    setTimeout(resolve, 700, answer);
  });
}
