import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');
let checkout: string;
beforeAll(() => {
  checkout = mkdtempSync(join(tmpdir(), 'gatehouse-checkout-'));
  for (const part of ['prisma/schema.prisma', 'prisma/generate.js', 'prisma.config.ts']) {
    cpSync(join(root, part), join(checkout, part));
  }
  symlinkSync(join(root, 'node_modules'), join(checkout, 'node_modules'));
});
afterAll(() => rmSync(checkout, { recursive: true }));

const generate = () => {
  const { status, stderr } = spawnSync(process.execPath, [join(checkout, 'prisma/generate.js')]);
  expect([status, String(stderr)]).toEqual([0, '']);
  const client = join(checkout, 'generated/prisma/client.ts');
  return { text: readFileSync(client, 'utf8'), at: statSync(client).mtimeMs };
};

it('the database client is made once for a schema, and again when a pull brought another', () => {
  const first = generate();
  expect(first.text).toContain('Account');
  expect(generate()).toEqual(first);
  appendFileSync(join(checkout, 'prisma/schema.prisma'), '\nmodel Pulled {\n  id String @id\n}\n');
  expect(generate().text).toContain('Pulled');
}, 60_000);

it('whatever rests on the client looks after it first', () => {
  const { scripts }: { scripts: Record<string, string> } = JSON.parse(
    readFileSync(join(root, 'package.json'), 'utf8'),
  );
  for (const name of ['postinstall', 'prestart', 'pretest', 'pretypecheck', 'preprove']) {
    expect(scripts[name]).toBe('node prisma/generate.js');
  }
});
