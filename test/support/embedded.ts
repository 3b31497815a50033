import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, type ClientConfig } from 'pg';
import { runningPostmaster } from '../../src/stores/embedded-postgres/postmaster.ts';
import { type ProgramOptions, type RunningProgram, runProgram } from './program.ts';

export interface EmbeddedYard {
  /** A DATA_DIR with a cluster in it, on which nothing runs. */
  copyOfSeed: () => string;
  /** A path where nothing is. */
  newPlace: () => string;
  start: (role: Role, dataDir: string, options?: ProgramOptions) => RunningProgram;
  up: (role: Role, dataDir: string, options?: ProgramOptions) => Promise<Up>;
}

type Role = 'server' | 'command';

interface Up {
  program: RunningProgram;
  config: ClientConfig;
  adopted: boolean;
}

/** Embedded databases for one test file, held by processes that end with each test. The cluster is made once and copied. */
export function embeddedYard(): EmbeddedYard {
  let home: string;
  let copies = 0;
  const running = new Set<RunningProgram>();

  const seed = () => join(home, 'seed');
  const newPlace = () => join(home, `data-${(copies += 1)}`);

  function start(role: Role, dataDir: string, options: ProgramOptions = {}): RunningProgram {
    const program = runProgram('embedded', { ...options, args: [role, dataDir] });
    running.add(program);
    return program;
  }

  async function up(role: Role, dataDir: string, options: ProgramOptions = {}): Promise<Up> {
    const program = start(role, dataDir, options);
    const heard = await program.hear();
    if (!isUp(heard)) throw new Error(`It is not up: ${JSON.stringify(heard)}`);
    return { ...heard, program };
  }

  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'gatehouse-embedded-'));
    chmodSync(home, 0o755);
    const { program } = await up('server', seed());
    await program.end('SIGTERM');
  }, 60_000);
  afterEach(async () => {
    for (const program of running) await program.end('SIGKILL');
    running.clear();
  });
  // A database whose server was killed writes its last words.
  afterAll(() => rmSync(home, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 }));

  return {
    copyOfSeed() {
      const copy = newPlace();
      copyFolder(seed(), copy);
      return copy;
    },
    newPlace,
    start,
    up,
  };
}

function isUp(heard: unknown): heard is Omit<Up, 'program'> {
  return typeof heard === 'object' && heard !== null && 'config' in heard;
}

/** With its owners and modes. */
export function copyFolder(from: string, to: string): void {
  spawnSync('cp', ['-a', from, to]);
}

/** The first row of each statement, in one session. */
export async function ask(config: ClientConfig, ...statements: string[]): Promise<unknown[]> {
  const client = new Client(config);
  client.on('error', () => {});
  await client.connect();
  try {
    const rows = [];
    for (const statement of statements) rows.push((await client.query(statement)).rows[0]);
    return rows;
  } finally {
    await client.end();
  }
}

/** The number of the database's process; 0 while there is none. */
export const postmasterOf = (dataDir: string) => runningPostmaster(join(dataDir, 'postgres')) ?? 0;

export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) {
    await new Promise((resolve) => {
      setTimeout(resolve, 10);
    });
  }
}
