import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { type RedisServer, startRedis, startRedisServer } from './redis-server.ts';

/** Several servers that are one Redis to whoever goes there. */
export interface RedisTopology {
  /** As REDIS_URL takes it. */
  url: string;
  /** The one that takes writes (of a cluster: for this key). */
  masterOf(key: string): Promise<RedisServer>;
  stop(): Promise<void>;
}

const FAILED_MS = '1000';

/** Nodes come and go here. */
const calm = (client: Redis) => client.on('error', () => {});

/** Three masters that share the slots, each with so many replicas. */
export async function startRedisCluster(replicas = 0): Promise<RedisTopology> {
  const settings = ['--cluster-enabled', 'yes', '--cluster-node-timeout', FAILED_MS];
  const nodes = await Promise.all(
    Array.from({ length: 3 * (1 + replicas) }, () => startRedisServer(...settings)),
  );
  const clients = nodes.map(({ url }) => calm(new Redis(url)));
  for (const [index, { last }] of RANGES.entries()) {
    const first = (RANGES[index - 1]?.last ?? -1) + 1;
    await clients[index]?.call('CLUSTER', 'ADDSLOTSRANGE', String(first), String(last));
  }
  await introduce(nodes, clients);
  return {
    url: `redis-cluster://${nodes.map(({ port }) => `127.0.0.1:${port}`).join(',')}`,
    async masterOf(key) {
      const slot = Number(await clients[0]?.call('CLUSTER', 'KEYSLOT', key));
      const master = nodes[RANGES.findIndex(({ last }) => slot <= last)];
      if (!master) throw new Error('There is no such node.');
      return master;
    },
    async stop() {
      for (const client of clients) client.disconnect();
      await Promise.all(nodes.map((node) => node.discard()));
    },
  };
}

const RANGES = [{ last: 5460 }, { last: 10_922 }, { last: 16_383 }];

/** Makes all of them know all, and those after the third replicas of the first three by turns. */
async function introduce(nodes: RedisServer[], clients: Redis[]): Promise<void> {
  for (const { port } of nodes) {
    await clients[0]?.call('CLUSTER', 'MEET', '127.0.0.1', String(port));
  }
  for (const [index, client] of clients.entries()) {
    await until(async () => (await knownNodes(client)) === nodes.length);
    const id = await clients[index % 3]?.call('CLUSTER', 'MYID');
    if (index >= 3) await eventually(() => client.call('CLUSTER', 'REPLICATE', String(id)));
  }
  for (const client of clients) {
    await until(async () => String(await client.call('CLUSTER', 'INFO')).includes('_state:ok'));
  }
  for (const client of clients.slice(3)) await untilInStep(client);
}

const knownNodes = async (client: Redis) =>
  Number(/cluster_known_nodes:(\d+)/.exec(String(await client.call('CLUSTER', 'INFO')))?.[1]);

/** A master, its replica, and three Sentinels that watch them. */
export async function startRedisSentinels(): Promise<RedisTopology> {
  const master = await startRedisServer();
  const replica = await startRedisServer('--replicaof', `127.0.0.1 ${master.port}`);
  const other = calm(new Redis(replica.url));
  await untilInStep(other);
  const sentinels = await Promise.all([0, 1, 2].map(() => startSentinel(master.port)));
  const client = new Redis(sentinels[0]?.port ?? 0, '127.0.0.1');
  await until(async () => {
    const known = String(await client.call('SENTINEL', 'MASTER', 'gatehouse'));
    return /num-slaves,1,.*num-other-sentinels,2,/.test(known);
  });
  client.disconnect();
  return {
    url: `redis-sentinel://${sentinels.map(({ port }) => `127.0.0.1:${port}`).join(',')}/gatehouse`,
    masterOf: async () => master,
    async stop() {
      other.disconnect();
      await Promise.all([...sentinels, master, replica].map((server) => server.discard()));
    },
  };
}

function startSentinel(masterPort: number): Promise<RedisServer> {
  const watched = [
    'sentinel resolve-hostnames no',
    `sentinel monitor gatehouse 127.0.0.1 ${masterPort} 2`,
    `sentinel down-after-milliseconds gatehouse ${FAILED_MS}`,
    'sentinel failover-timeout gatehouse 5000',
  ];
  return startRedis((common, dir) => {
    // A Sentinel keeps what it learns in this file.
    const file = join(dir, 'sentinel.conf');
    writeFileSync(file, watched.join('\n'));
    return [file, '--sentinel', ...common];
  });
}

const untilInStep = (replica: Redis) =>
  until(async () => (await replica.info('replication')).includes('master_link_status:up'));

async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 30_000; !(await isSo()); await pause(20)) {
    if (Date.now() > deadline) throw new Error('Redis does not get ready.');
  }
}

/** A node that has only just met another does not know it at once. */
const eventually = (call: () => Promise<unknown>) =>
  until(() =>
    call().then(
      () => true,
      () => false,
    ),
  );
