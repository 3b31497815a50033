import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Environment } from '../../src/settings/settings.ts';
import { type Answer, type Asked, freePort, send } from './http.ts';
import { AS_HERE } from './program.ts';
import { noteSecret, secretsIn } from './secrets-used.ts';

const HOME = join(import.meta.dirname, '../..');
/** Generous: the machine may be busy with other tests. */
const START_MS = 60_000;

const spawned = new Set<ChildProcess>();
const outputs: (() => string)[] = [];
// A test file ends before its process does; the long proofs know no test files.
if ('afterAll' in globalThis) afterAll(endSpawned);
else process.once('exit', endSpawned);

function endSpawned(): void {
  for (const child of spawned) child.kill('SIGKILL');
  const leaked = outputs.flatMap((text) => secretsIn(text()));
  if (leaked.length > 0) throw new Error(`A log holds secrets: ${leaked.join(', ')}`);
}

/** A real server: `node src/start.js` with this environment and no other, in a folder of its own. */
export interface ServerProcess {
  issuer: string;
  port: number;
  dataDir: string;
  child: ChildProcess;
  stdout: () => string;
  stderr: () => string;
  /** One request, with the issuer's Host whichever port is asked. */
  ask(path: string, asked?: Asked): Promise<Answer>;
  /** Until /health/ready answers 200; fails with what the server said when it ends instead. */
  ready(): Promise<void>;
  /** Its exit code, or the signal that ended it. */
  ended: Promise<number | string>;
  /** Asks it to leave, and waits for it. */
  stop(signal?: NodeJS.Signals): Promise<number | string>;
}

export interface ServerProcessOptions {
  env?: Environment;
  /** Given when several servers share it; else it is made, and removed when the server ends. */
  dataDir?: string;
  issuer?: string;
  port?: number;
  args?: string[];
  /** Another checkout of the whole. */
  home?: string;
  /** Another program that runs it, with its arguments. */
  through?: string[];
}

export async function spawnServer(options: ServerProcessOptions = {}): Promise<ServerProcess> {
  const port = options.port ?? (await freePort());
  const issuer = options.issuer ?? `http://localhost:${port}`;
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'gatehouse-server-'));
  const main = join(options.home ?? HOME, 'src/start.js');
  const words = [...(options.through ?? []), process.execPath, main, ...(options.args ?? [])];
  const child = spawn(words[0] ?? '', words.slice(1), {
    cwd: tmpdir(),
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...AS_HERE,
      PORT: String(port),
      ISSUER: issuer,
      DATA_DIR: dataDir,
      ...options.env,
    },
  });
  spawned.add(child);
  const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)];
  outputs.push(stdout, stderr);
  noteSecret('GATEHOUSE_SECRET', options.env?.['GATEHOUSE_SECRET']);
  const ended = once(child, 'exit').then(([code, signal]): number | string => {
    spawned.delete(child);
    if (!options.dataDir) rmSync(dataDir, { recursive: true, force: true });
    return code ?? signal;
  });
  const host = new URL(issuer).host;
  const ask = (path: string, asked: Asked = {}) =>
    send(`http://127.0.0.1:${port}${path}`, { ...asked, headers: { host, ...asked.headers } });
  return {
    issuer,
    port,
    dataDir,
    child,
    stdout,
    stderr,
    ask,
    ended,
    ready: () => untilReady(ask, ended, stderr),
    async stop(signal = 'SIGTERM') {
      child.kill(signal);
      return ended;
    },
  };
}

export async function startServer(options: ServerProcessOptions = {}): Promise<ServerProcess> {
  const server = await spawnServer(options);
  await server.ready();
  return server;
}

/** Several servers with one issuer, database and secret, as behind a proxy. */
export async function startServers(count: number, env: Environment): Promise<ServerProcess[]> {
  const first = await freePort();
  const issuer = `http://localhost:${first}`;
  const shared = { GATEHOUSE_SECRET: randomBytes(32).toString('base64'), ...env };
  const servers: ServerProcess[] = [];
  for (let i = 0; i < count; i += 1) {
    servers.push(await spawnServer({ issuer, env: shared, ...(i === 0 && { port: first }) }));
  }
  await Promise.all(servers.map((server) => server.ready()));
  return servers;
}

function collect(stream: NodeJS.ReadableStream | null): () => string {
  const chunks: string[] = [];
  stream?.on('data', (chunk) => chunks.push(String(chunk)));
  return () => chunks.join('');
}

async function untilReady(
  ask: ServerProcess['ask'],
  ended: Promise<number | string>,
  stderr: () => string,
): Promise<void> {
  let over: number | string | undefined;
  void ended.then((code) => (over = code));
  for (const deadline = Date.now() + START_MS; Date.now() < deadline; await wait(25)) {
    const answer = await ask('/health/ready').catch(() => undefined);
    if (answer?.status === 200) return;
    if (over !== undefined) throw new Error(`The server ended with ${over}:\n${stderr()}`);
  }
  throw new Error(`The server was not ready in time:\n${stderr()}`);
}
