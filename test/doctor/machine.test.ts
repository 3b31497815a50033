import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { judgeDataDirectory } from '../../src/doctor/data-directory.ts';
import { type MemoryPlan, judgeMemory } from '../../src/doctor/memory.ts';
import { reachOf } from '../../src/doctor/network.ts';

describe('the data directory', () => {
  let dataDir: string;
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'gatehouse-machine-'));
    mkdirSync(join(dataDir, 'postgres'), { mode: 0o700 });
    for (const name of ['gatehouse.secret', 'postgres.password', '.env']) {
      writeFileSync(join(dataDir, name), 'secret', { mode: 0o600 });
    }
  });
  afterEach(() => rmSync(dataDir, { recursive: true }));

  const found = () =>
    judgeDataDirectory({
      dataDir,
      embedded: true,
      secretFiles: [join(dataDir, '.env'), join(dataDir, 'nowhere')],
    })
      .findings.filter(({ name }) => name !== 'data-directory-full')
      .map(({ name, fix }) => [name, fix]);

  it('is well as the server makes it', () => {
    expect(found()).toEqual([]);
  });

  it('is open to others', () => {
    chmodSync(dataDir, 0o750);
    expect(found()).toEqual([['data-directory-open', `chmod 700 '${dataDir}'`]]);
  });

  it('holds a secret that others may read, or stands beside one', () => {
    const secret = join(dataDir, 'gatehouse.secret');
    chmodSync(secret, 0o644);
    chmodSync(join(dataDir, '.env'), 0o644);
    expect(found()).toEqual([
      ['data-directory-open', `chmod 600 '${secret}'`],
      ['secret-file-open', `chmod 600 '${join(dataDir, '.env')}'`],
    ]);
  });

  it('is not made yet', () => {
    const options = { dataDir: join(dataDir, 'later'), embedded: true, secretFiles: [] };
    expect(judgeDataDirectory(options)).toMatchObject({ told: 'not made yet', findings: [] });
  });
});

describe('the memory', () => {
  const MB = 1024 * 1024;
  const judged = (plan: Partial<MemoryPlan>) =>
    judgeMemory({
      availableBytes: 1024 * MB,
      processes: 1,
      processMb: 1024,
      hashBytes: 38 * MB,
      embedded: false,
      connections: 16,
      ...plan,
    }).findings.map(({ what }) => what);

  it('is enough for one process, and not for eight', () => {
    expect(judged({})).toEqual([]);
    expect(judged({ processes: 8, processMb: 128 })).toEqual([
      expect.stringMatching(/^\d+ MB may be needed under load, and there are 1024\.$/),
    ]);
  });

  it('is less than the settings say', () => {
    expect(judged({ processes: 2, processMb: 800 })).toEqual([
      'GATEHOUSE_MEMORY lets 2 × 800 MB be used, and there are 1024.',
    ]);
  });
});

it.each([
  ['localhost', undefined],
  ['/run/postgresql', undefined],
  ['127.0.0.2', undefined],
  ['[::1]', undefined],
  ['postgres', 'private'],
  ['10.1.2.3', 'private'],
  ['fd00::1', 'private'],
  ['db.internal', 'private'],
  ['db.example.com', 'public'],
  ['203.0.113.9', 'public'],
])('knows who else may be on the way to %s', (host, reach) => {
  expect(reachOf(host)).toBe(reach);
});
