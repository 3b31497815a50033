import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
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

export async function startRedisServer(...settings: string[]): Promise<RedisServer> {
  const port = await freePort();
  const dir = mkdtempSync(join(tmpdir(), 'gatehouse-redis-'));
  const options = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', dir];
  const launch = () => spawn('redis-server', [...options, ...settings], { stdio: 'ignore' });
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

/** Three nodes that share the slots; answers their addresses as REDIS_URL takes them. */
export async function startRedisCluster(): Promise<{ urls: string; stop(): Promise<void> }> {
  const settings = ['--cluster-enabled', 'yes', '--cluster-node-timeout', '2000'];
  const nodes = await Promise.all([0, 1, 2].map(() => startRedisServer(...settings)));
  const clients = nodes.map(({ url }) => new Redis(url));
  const slots = ['0 5460', '5461 10922', '10923 16383'];
  for (const [index, client] of clients.entries()) {
    await client.call('CLUSTER', 'ADDSLOTSRANGE', ...(slots[index] ?? '').split(' '));
    for (const { port } of nodes) await client.call('CLUSTER', 'MEET', '127.0.0.1', String(port));
  }
  for (const client of clients) {
    while (!String(await client.call('CLUSTER', 'INFO')).includes('cluster_state:ok')) {
      await pause(50);
    }
    client.disconnect();
  }
  return {
    urls: nodes.map(({ url }) => url).join(','),
    stop: async () => void (await Promise.all(nodes.map((node) => node.discard()))),
  };
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
