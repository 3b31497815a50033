import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generatedSecret } from '../../src/settings/generated-secret.ts';
import { runProgram } from '../support/program.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'gatehouse-secret-'));
});
afterEach(() => rmSync(home, { recursive: true }));

it('is made once, long enough, and readable by its owner only', () => {
  const dataDir = join(home, 'data');
  const secret = generatedSecret(dataDir);
  expect(Buffer.from(secret, 'base64')).toHaveLength(32);
  expect(generatedSecret(dataDir)).toBe(secret);
  expect(statSync(dataDir).mode & 0o777).toBe(0o700);
  expect(statSync(join(dataDir, 'gatehouse.secret')).mode & 0o777).toBe(0o600);
});

it('is the same for all processes that start at once', async () => {
  const secrets = await Promise.all(
    Array.from({ length: 8 }, () => runProgram('secret', { args: [home] }).hear()),
  );
  expect(new Set(secrets)).toEqual(new Set([generatedSecret(home)]));
  expect(readdirSync(home)).toEqual(['gatehouse.secret']);
});
