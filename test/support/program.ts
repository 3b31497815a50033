import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface RunningProgram {
  child: ChildProcess;
  /** The next line that it says, read as JSON; undefined once it has ended. */
  hear(): Promise<unknown>;
  end(signal: NodeJS.Signals): Promise<void>;
}

export interface ProgramOptions {
  args?: string[];
  uid?: number;
  /** Where another copy of the program is. */
  home?: string;
}

const SUPPORT = import.meta.dirname;

/** One of test/support/programs, as a process of its own. */
export function runProgram(name: string, options: ProgramOptions = {}): RunningProgram {
  const { args = [], uid, home = SUPPORT } = options;
  const child = spawn(process.execPath, [join(home, 'programs', `${name}.ts`), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    cwd: '/',
    env: { PATH: process.env['PATH'] },
    ...(uid !== undefined && { uid, gid: uid }),
  });
  const ended = once(child, 'close');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    child,
    async hear() {
      const { value } = await lines.next();
      return typeof value === 'string' ? JSON.parse(value) : undefined;
    },
    async end(signal) {
      child.kill(signal);
      await ended;
    },
  };
}
