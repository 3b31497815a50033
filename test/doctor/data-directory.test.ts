import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { judgeDataDirectory } from '../../src/doctor/data-directory.ts';

let dataDir: string;
beforeEach(() => (dataDir = mkdtempSync(join(tmpdir(), 'gatehouse-data-'))));
afterEach(() => rmSync(dataDir, { recursive: true }));

function findings(mode: number, embedded: boolean): string[] {
  chmodSync(dataDir, mode);
  const judged = judgeDataDirectory({ dataDir, embedded, secretFiles: [] });
  return judged.findings.map(({ name }) => name);
}

it('the folder of an embedded database is closed to others', () => {
  expect(findings(0o700, true)).toEqual([]);
  expect(findings(0o755, true)).toEqual(['data-directory-open']);
});

it('beside a database of its own it may be read, as in an image, and not written to: what is in it is run', () => {
  expect(findings(0o755, false)).toEqual([]);
  expect(findings(0o775, false)).toEqual(['data-directory-open']);
});

it('a secret in it is nobody else’s either way', () => {
  writeFileSync(join(dataDir, 'gatehouse.secret'), '', { mode: 0o644 });
  expect(findings(0o755, false)).toEqual(['data-directory-open']);
});
