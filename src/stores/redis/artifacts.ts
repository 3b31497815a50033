import type {
  ArtifactStore,
  Authorizations,
  Payload,
  StoredArtifact,
  StoredSession,
} from '../../oidc/protocol-store.ts';
import { type RedisClient, script } from './connection.ts';

/**
 * Short-lived protocol records in Redis. One key a record, with a time to live; one command or one script a call, so
 * that a cluster needs no more than the slot of that key.
 */
export function redisArtifacts(redis: RedisClient, prefix = 'gatehouse:'): ArtifactStore {
  const keyOf = (model: string, id: string) => `${prefix}${model}:{${id}}`;
  const put = script(redis, PUT);
  const consume = script(redis, CONSUME);
  const findTogether = script(redis, FIND_TOGETHER);
  return {
    async put(model, id, payload, ttlS) {
      await put(keyOf(model, id), toMs(ttlS), JSON.stringify(payload));
    },
    async putOnce(model, id, ttlS) {
      return (await redis.set(keyOf(model, id), '1', 'PX', toMs(ttlS), 'NX')) === 'OK';
    },
    async find(model, id) {
      return toArtifact(await redis.hmget(keyOf(model, id), 'p', 'c'));
    },
    async findTogether(models, id) {
      const rows = await findTogether(models.map((model) => keyOf(model, id)));
      return models.map((_, at) => toArtifact(Array.isArray(rows) ? rows[at] : []));
    },
    async consume(model, id) {
      return (await consume(keyOf(model, id))) === 1;
    },
    async remove(model, id) {
      await redis.del(keyOf(model, id));
    },
    ...sessions(redis, (id) => keyOf('Session', id)),
  };
}

const PUT = `redis.call('HSET', KEYS[1], 'p', ARGV[2])
return redis.call('PEXPIRE', KEYS[1], ARGV[1])`;

// Keys of one id stand in one slot.
const FIND_TOGETHER = `local rows = {}
for at, key in ipairs(KEYS) do rows[at] = redis.call('HMGET', key, 'p', 'c') end
return rows`;

function toArtifact(row: unknown): StoredArtifact | undefined {
  const [payload, consumed]: unknown[] = Array.isArray(row) ? row : [];
  if (typeof payload !== 'string') return undefined;
  return { payload: parsed(payload), consumed: typeof consumed === 'string' };
}

const CONSUME = `if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
return redis.call('HSETNX', KEYS[1], 'c', '1')`;

// A field a client: parallel writers merge without anybody decoding (Lua turns [] into {}).
const SESSION = 's';
const CLIENT = 'a:';
const MOVED = 'm';
const TOMBSTONE_MS = 10_000;

const MERGE = `local moved = redis.call('HGET', KEYS[1], '${MOVED}')
if moved then return moved end
redis.call('HSET', KEYS[1], unpack(ARGV, 2))
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return false`;

const MOVE = `local left = redis.call('HGETALL', KEYS[1])
if #left == 0 then return left end
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], '${MOVED}', ARGV[1])
redis.call('PEXPIRE', KEYS[1], ${TOMBSTONE_MS})
return left`;

type Sessions = Pick<
  ArtifactStore,
  'findSession' | 'mergeSession' | 'moveSession' | 'removeSession'
>;

function sessions(redis: RedisClient, keyOf: (id: string) => string): Sessions {
  const merge = script(redis, MERGE);
  const move = script(redis, MOVE);
  return {
    async findSession(id) {
      const fields = await redis.hgetall(keyOf(id));
      if (fields[MOVED] !== undefined) return 'moved';
      return toSession(Object.entries(fields));
    },
    async mergeSession(id, session, ttlS) {
      const added = Object.entries(session.authorizations).flatMap(([client, one]) => [
        `${CLIENT}${client}`,
        JSON.stringify(one),
      ]);
      const whole = [SESSION, JSON.stringify(session.payload), ...added];
      const movedTo = await merge(keyOf(id), toMs(ttlS), ...whole);
      if (typeof movedTo !== 'string') return 'merged';
      if (added.length > 0) await merge(keyOf(movedTo), toMs(ttlS), ...added);
      return 'moved';
    },
    async moveSession(id, to) {
      const left = await move(keyOf(id), to);
      return authorizationsIn(inPairs(Array.isArray(left) ? left : []));
    },
    async removeSession(id) {
      await redis.del(keyOf(id));
    },
  };
}

function toSession(fields: [string, string][]): StoredSession | undefined {
  const payload = fields.find(([name]) => name === SESSION)?.[1];
  if (payload === undefined) return undefined;
  return { payload: parsed(payload), authorizations: authorizationsIn(fields) };
}

function authorizationsIn(fields: [string, string][]): Authorizations {
  return Object.fromEntries(
    fields
      .filter(([name]) => name.startsWith(CLIENT))
      .map(([name, one]) => [name.slice(CLIENT.length), parsed(one)]),
  );
}

/** A script's answer lists names and values by turns. */
function inPairs(flat: unknown[]): [string, string][] {
  return Array.from({ length: flat.length / 2 }, (_, index) => [
    String(flat[2 * index]),
    String(flat[2 * index + 1]),
  ]);
}

function parsed(text: string): Payload {
  return JSON.parse(text);
}

function toMs(seconds: number): number {
  return Math.max(1, Math.ceil(seconds * 1000));
}
