import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { whyItFailed } from '../../src/stores/embedded-postgres/why-it-failed.ts';

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-why-'));
const log = join(folder, 'postgres.log');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('is the last reason since it was started, and not what those heard who asked too early', () => {
  const before = 'FATAL:  an older one\n';
  writeFileSync(
    log,
    `${before}LOG:  begins\nFATAL:  no such port\nFATAL:  the database system is starting up\n`,
  );
  expect(whyItFailed(log, before.length, join(folder, 'cluster'))).toBe('no such port');
});

it('is the last line where no reason is given', () => {
  writeFileSync(log, 'one\ntwo\n');
  expect(whyItFailed(log, 0, join(folder, 'cluster'))).toBe('two');
});

it('is not known once the folder is gone', () => {
  const gone = join(folder, 'gone');
  expect(whyItFailed(join(gone, 'postgres.log'), 0, join(gone, 'cluster'))).toBe(
    'it said nothing.',
  );
});
