import { spawn } from 'node:child_process';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');

export interface CommandAnswer {
  code: number | null;
  out: string;
  err: string;
}

/** `gatehouse` as a process of its own, in an environment that holds nothing else. */
export async function gatehouse(
  args: string[],
  {
    env = {},
    input = '',
    cwd = ROOT,
  }: { env?: NodeJS.ProcessEnv; input?: string; cwd?: string } = {},
): Promise<CommandAnswer> {
  const child = spawn(process.execPath, [join(ROOT, 'src/cli/main.ts'), ...args], {
    cwd,
    env: { PATH: process.env['PATH'], ...env },
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
