import { Cluster, type Redis } from 'ioredis';
import { type Finding, inOneSentence } from '../../doctor/finding.ts';
import { type RedisAway, type RedisNode, redisGroundFaults } from '../../doctor/redis.ts';
import { CannotStart, sentenceOf } from '../../process/cannot-start.ts';
import { type RedisClient, openRedis } from './connection.ts';

const ROUND_TRIPS = 7;

/** All that the doctor wants to know of the Redis, or of every primary of a cluster. Changes nothing. */
export async function examineRedis(urls: string): Promise<RedisNode[] | RedisAway> {
  let heard: unknown;
  try {
    // What ioredis throws does not say why; what it tells on the way does.
    const redis = await openRedis(urls, { warn: (fields) => (heard = Object(fields).err) });
    try {
      return await nodesOf(redis);
    } finally {
      redis.disconnect();
    }
  } catch (error) {
    return whyAway(heard ?? error);
  }
}

/** Refuses in production what may forget, or takes no writes. Answers what else is odd about it. */
export async function testRedis(
  redis: RedisClient,
  { production }: { production: boolean },
): Promise<Finding[]> {
  const faults = redisGroundFaults(await nodesOf(redis));
  const [fault] = faults;
  if (production && fault) throw new CannotStart(`REDIS_URL: ${inOneSentence(fault)}`);
  return faults;
}

/** What each node says that we may write to. */
export function nodesOf(redis: RedisClient): Promise<RedisNode[]> {
  const nodes = redis instanceof Cluster ? redis.nodes('master') : [redis];
  return Promise.all(nodes.map(nodeOf));
}

async function nodeOf(node: Redis): Promise<RedisNode> {
  const said = await infoOf(node);
  const field = (name: string) => new RegExp(`^${name}:(\\S+)`, 'm').exec(said)?.[1];
  const number = (name: string) => Number(field(name) ?? 0);
  return {
    version: field('valkey_version') ?? field('redis_version'),
    role: field('role'),
    policy: field('maxmemory_policy'),
    usedBytes: number('used_memory'),
    maxBytes: number('maxmemory'),
    keepsOnDisk: field('aof_enabled') === '1' ? true : await takesSnapshots(node),
    writeFails:
      field('rdb_last_bgsave_status') === 'err' || field('aof_last_write_status') === 'err',
    roundTripMs: await roundTripMs(node),
  };
}

/** Empty where this user may not ask. */
async function infoOf(node: Redis): Promise<string> {
  try {
    return await node.info();
  } catch (error) {
    if (isRefusal(error, /^NOPERM/)) return '';
    throw error;
  }
}

/** Hosted ones keep their settings to themselves. */
async function takesSnapshots(node: Redis): Promise<boolean | undefined> {
  try {
    const answer: unknown = await node.config('GET', 'save');
    const save: unknown = Array.isArray(answer) ? answer[1] : Object(answer).save;
    return typeof save === 'string' ? save !== '' : undefined;
  } catch {
    return undefined;
  }
}

/** The middle one of several. */
async function roundTripMs(node: Redis): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < ROUND_TRIPS; i += 1) {
    const began = performance.now();
    await node.ping();
    times.push(performance.now() - began);
  }
  return times.toSorted((one, other) => one - other)[(ROUND_TRIPS - 1) / 2] ?? 0;
}

const REFUSALS = /^(WRONGPASS|NOAUTH|NOPERM|ERR AUTH|ERR invalid password)/;

function whyAway(error: unknown): RedisAway {
  const away = isRefusal(error, REFUSALS) ? 'login' : 'unreachable';
  return { away, why: `Redis cannot be used: ${sentenceOf(error).replace(/\.$/, '')}.` };
}

function isRefusal(error: unknown, reply: RegExp): boolean {
  return error instanceof Error && reply.test(error.message);
}
