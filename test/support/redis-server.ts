import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { freePort } from './http.ts';

/** A Redis of one's own, to be stopped, frozen and started again. */
export interface RedisServer {
  url: string;
  port: number;
  start(): Promise<void>;
  /** Stops answering without closing a connection. */
  freeze(): void;
  thaw(): void;
  stop(): Promise<void>;
  /** For good. */
  discard(): Promise<void>;
}

/** A replica is not kept waiting for others that might want the same. */
const NO_DELAY = ['--repl-diskless-sync-delay', '0'];

export function startRedisServer(...settings: string[]): Promise<RedisServer> {
  return startRedis((common) => [...common, '--save', '', ...NO_DELAY, ...settings]);
}

/** Of its own port and folder, with what else is given. */
export async function startRedis(
  argumentsFor: (common: string[], dir: string) => string[],
): Promise<RedisServer> {
  const port = await freePort();
  const dir = mkdtempSync(join(tmpdir(), 'gatehouse-redis-'));
  const common = ['--port', String(port), '--bind', '127.0.0.1', '--dir', dir];
  const given = argumentsFor(common, dir);
  const launch = () => spawn('redis-server', given, { stdio: 'ignore' });
  let child = launch();
  const server: RedisServer = {
    url: `redis://127.0.0.1:${port}`,
    port,
    async start() {
      if (child.exitCode !== null || child.signalCode !== null) child = launch();
      await untilItAnswers(port);
    },
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    async stop() {
      child.kill('SIGCONT');
      const ended = once(child, 'exit');
      if (child.kill('SIGKILL')) await ended;
    },
    async discard() {
      await server.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
  await server.start();
  return server;
}

async function untilItAnswers(port: number): Promise<void> {
  const client = new Redis(port, '127.0.0.1', {
    retryStrategy: () => 20,
    maxRetriesPerRequest: null,
  });
  client.on('error', () => {});
  await client.ping();
  client.disconnect();
}
