import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { firstLine } from '../../src/cli/ask-secret.ts';
import { commands } from '../../src/cli/commands.ts';
import { runCommandLine } from '../../src/cli/run.ts';
import { settle } from '../../src/vault/settle.ts';
import { AS_HERE } from './program.ts';

const HOME = join(import.meta.dirname, '../..');

export interface CommandAnswer {
  code: number | null;
  out: string;
  err: string;
}

export interface Circumstances {
  env?: NodeJS.ProcessEnv;
  input?: string;
}

/** The command line in this process: the real commands in an environment that holds nothing else. */
export async function gatehouse(
  words: string[],
  { env = {}, input = '' }: Circumstances = {},
): Promise<CommandAnswer> {
  const out: string[] = [];
  const err: string[] = [];
  const code = await runCommandLine(commands, words, {
    settled: () => settle({ DATA_DIR: dataDir(), ...env }, { warn: () => {}, error: () => {} }),
    terminal: {
      print: (text) => void out.push(`${text}\n`),
      complain: (text) => void err.push(`${text}\n`),
      askSecret: () => firstLine(Readable.from([Buffer.from(input)])),
    },
  });
  return { code, out: out.join(''), err: err.join('') };
}

/** `gatehouse` as an operator has it, in a process of its own. */
export async function gatehouseProcess(
  words: string[],
  {
    env = {},
    input = '',
    cwd = tmpdir(),
    home = HOME,
  }: Circumstances & { cwd?: string; home?: string } = {},
): Promise<CommandAnswer> {
  const child = spawn(process.execPath, [join(home, 'src/cli/main.ts'), ...words], {
    cwd,
    env: { ...AS_HERE, DATA_DIR: dataDir(), ...env },
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, out, err };
}

let made: string | undefined;

/** One for a test file, in the folder that ends with the run. */
function dataDir(): string {
  return (made ??= mkdtempSync(join(process.env['TEST_POSTGRES'] ?? tmpdir(), 'data-dir-')));
}
