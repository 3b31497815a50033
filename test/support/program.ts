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
  /** Another program that runs it, with its arguments. */
  through?: string[];
  /** Where another copy of the program is. */
  home?: string;
}

const SUPPORT = import.meta.dirname;

/** Of this process's environment, what a program that a test starts may know. */
export const AS_HERE = {
  PATH: process.env['PATH'],
  NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
};

/** One of test/support/programs, as a process of its own. */
export function runProgram(name: string, options: ProgramOptions = {}): RunningProgram {
  const { args = [], uid, through = [], home = SUPPORT } = options;
  const path = join(home, 'programs', `${name}.ts`);
  const [command = '', ...rest] = [...through, process.execPath, path, ...args];
  const child = spawn(command, rest, {
    stdio: ['ignore', 'pipe', 'inherit'],
    cwd: '/',
    env: AS_HERE,
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
