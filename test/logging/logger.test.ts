import { closeSync, mkdtempSync, openSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { linesTo } from '../../src/logging/logger.ts';

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');
const LINE = `${'x'.repeat(1023)}\n`;

it('lines that nobody takes do not pile up, and fail nobody', () => {
  const full = openSync('/dev/full', 'w');
  const lines = linesTo(full);
  const before = heldBytes();
  // Each is a text of its own.
  for (let i = 0; i < 20_000; i += 1) lines.write(`${i} ${LINE}`);
  expect(heldBytes() - before).toBeLessThan(5 * 1024 * 1024);
  closeSync(full);
});

it('lines stand where they are wanted', () => {
  const path = join(mkdtempSync(join(tmpdir(), 'lines-')), 'log');
  const file = openSync(path, 'w');
  const lines = linesTo(file);
  for (let i = 0; i < 3; i += 1) lines.write(LINE);
  expect(readFileSync(path, 'utf8')).toBe(LINE.repeat(3));
  closeSync(file);
});

/** Without what other tests have left to be collected. */
function heldBytes(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}
