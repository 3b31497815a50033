import { spawnSync } from 'node:child_process';
import {
  chownSync,
  cpSync,
  globSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ClientConfig } from 'pg';
import { isReachableByOthers } from '../../src/stores/embedded-postgres/paths.ts';
import { isStoreAway } from '../../src/transactions/store-away.ts';
import { ask, copyFolder, embeddedYard, postmasterOf, until } from '../support/embedded.ts';

const REPOSITORY = join(import.meta.dirname, '../..');
/** Debian's `daemon`: an ordinary user that is on every machine. */
const ORDINARY = 1;

/** The capabilities that Docker grants by default. */
const DOCKER = [
  '+chown',
  '+dac_override',
  '+fowner',
  '+fsetid',
  '+kill',
  '+setgid',
  '+setuid',
  '+setpcap',
  '+net_bind_service',
  '+net_raw',
  '+sys_chroot',
  '+mknod',
  '+audit_write',
  '+setfcap',
];

const { copyOfSeed, newPlace, start, up } = embeddedYard();

if (process.getuid?.() === 0) {
  describe('root', () => {
    it('runs it as somebody who owns no file of anybody, in a folder that nobody else can enter', async () => {
      const closed = newPlace();
      mkdirSync(closed, { mode: 0o700 });
      copyFolder(copyOfSeed(), join(closed, 'data'));
      const { config } = await up('server', join(closed, 'data'));
      expect(await ask(config, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
      const status = readFileSync(`/proc/${postmasterOf(join(closed, 'data'))}/status`, 'utf8');
      expect(status).toMatch(/^Uid:\t65534\t65534\t65534\t65534$/m);
      expect(status).toMatch(/^CapEff:\t0+$/m);
      expect(status).toMatch(/^NoNewPrivs:\t1$/m);
    });

    it('runs it from a checkout that nobody else can enter, whose install scripts did not run', async () => {
      const closed = newPlace();
      mkdirSync(closed, { mode: 0o700 });
      checkOutInto(closed);
      const dataDir = join(closed, 'data');
      const { config } = await up('server', dataDir, { home: join(closed, 'test/support') });
      expect(await ask(config, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    }, 60_000);

    it('needs no more than what Docker leaves to root', async () => {
      const closed = newPlace();
      mkdirSync(closed, { mode: 0o700 });
      const dataDir = join(closed, 'data');
      copyFolder(copyOfSeed(), dataDir);
      const through = ['setpriv', `--bounding-set=-all,${DOCKER.join(',')}`];
      const first = await up('server', dataDir, { through });
      const status = readFileSync(`/proc/${first.program.child.pid}/status`, 'utf8');
      expect(status).toMatch(/^CapEff:\t00000000a80425fb$/m);
      expect(await start('server', dataDir, { through }).hear()).toMatchObject({
        refused: expect.stringContaining('Another Gatehouse server'),
      });
      const database = postmasterOf(dataDir);
      await first.program.end('SIGTERM');
      expect(postmasterOf(dataDir)).toBe(0);
      expect(database).toBeGreaterThan(0);
    });

    const asOrdinary = isReachableByOthers(REPOSITORY) ? [ORDINARY] : [];
    for (const uid of asOrdinary) {
      it('leaves it to the user who started it first, and works beside him', async () => {
        const dataDir = newPlace();
        mkdirSync(dataDir, { mode: 0o700 });
        chownSync(dataDir, uid, uid);
        const server = await up('server', dataDir, { uid });
        const status = readFileSync(`/proc/${postmasterOf(dataDir)}/status`, 'utf8');
        expect(status).toMatch(/^Uid:\t1\t1\t1\t1$/m);
        const command = await up('command', dataDir);
        await command.program.end('SIGTERM');
        await server.program.end('SIGTERM');
        const later = await up('command', dataDir);
        await later.program.end('SIGTERM');
        expect((await up('server', dataDir, { uid })).adopted).toBe(false);
      }, 60_000);

      it('has a folder that another user is told about in one sentence', async () => {
        const dataDir = copyOfSeed();
        expect(await start('server', dataDir, { uid }).hear()).toEqual({
          refused: expect.stringContaining('belongs to another user'),
        });
        chownSync(dataDir, uid, uid);
        expect(await start('server', dataDir, { uid }).hear()).toEqual({
          refused: expect.stringContaining('belongs to another user'),
        });
      });
    }

    const small = smallDisk();
    if (small) {
      afterAll(() => {
        // Lazily: a database that was just killed may still be going.
        spawnSync('umount', ['--lazy', small]);
        rmSync(small, { recursive: true });
      });

      it('refuses writes on a full disk, lives, and goes on when there is room', async () => {
        const dataDir = join(small, 'data');
        copyFolder(copyOfSeed(), dataDir);
        const { config, program } = await up('server', dataDir);
        await ask(config, 'CREATE TABLE filled (t TEXT)');
        fill(small);
        const fault: unknown = await ask(
          config,
          'INSERT INTO filled SELECT repeat(md5(n::text), 100) FROM generate_series(1, 20000) n',
        ).catch((error: unknown) => error);
        expect(isStoreAway(fault)).toBe(true);
        rmSync(join(small, 'fill'));
        await until(() => postmasterOf(dataDir) !== 0);
        expect(await patientlyAsk(config, 'SELECT count(*)::int FROM filled')).toEqual([
          { count: 0 },
        ]);
        await program.end('SIGTERM');

        fill(small);
        expect(await start('server', dataDir).hear()).toEqual({
          refused: expect.stringMatching(/no space left on/i),
        });
        rmSync(join(small, 'fill'));
        await up('server', dataDir);
      }, 60_000);
    }
  });
} else {
  it('is not run by root here', () => expect(process.getuid?.()).not.toBe(0));
}

async function patientlyAsk(config: ClientConfig, statement: string): Promise<unknown[]> {
  for (;;) {
    try {
      return await ask(config, statement);
    } catch (error) {
      if (!isStoreAway(error)) throw error;
    }
  }
}

/** What the program needs, its own copy of the database's programs, and links to the rest. */
function checkOutInto(folder: string): void {
  for (const part of [
    'package.json',
    'src/stores/embedded-postgres',
    'src/transactions',
    'test/support/programs',
  ]) {
    cpSync(join(REPOSITORY, part), join(folder, part), { recursive: true });
  }
  const modules = join(folder, 'node_modules');
  mkdirSync(join(modules, '@embedded-postgres'), { recursive: true });
  symlinkSync(realpathSync(join(REPOSITORY, 'node_modules/pg')), join(modules, 'pg'));
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const installed = join(dirname(createRequire(import.meta.url).resolve(name)), '..');
  cpSync(installed, join(modules, name), { recursive: true, verbatimSymlinks: true });
  for (const path of globSync('native/lib/*', { cwd: join(modules, name) })) {
    const copy = join(modules, name, path);
    if (lstatSync(copy).isSymbolicLink()) rmSync(copy);
  }
}

/** A disk of its own, where that is allowed. */
function smallDisk(): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-small-disk-'));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=80m', 'tmpfs', folder]);
  if (mounted.status === 0) return folder;
  rmSync(folder, { recursive: true });
  process.stderr.write('No disk can be mounted here: the test of a full disk is left out.\n');
  return undefined;
}

function fill(disk: string): void {
  spawnSync('dd', ['if=/dev/zero', `of=${join(disk, 'fill')}`, 'bs=64k']);
}
