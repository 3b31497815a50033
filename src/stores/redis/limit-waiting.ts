import { Cluster, Redis } from 'ioredis';
import type { RedisClient } from './connection.ts';

export interface Limits {
  /** How long an answer may take. */
  commandMs: number;
  /** A connection that says nothing for so long, although asked, is dead. */
  silenceMs: number;
}

/**
 * Gives up what is not answered in time. The client's own limits count a stall of this process as silence of Redis: here
 * what has come meanwhile is read first.
 */
export function limitWaiting(redis: RedisClient, limits: Limits): void {
  if (redis instanceof Cluster) redis.on('+node', (node: Redis) => limitAt(node, limits));
  else limitAt(redis, limits);
}

function limitAt(redis: Redis, { commandMs, silenceMs }: Limits): void {
  const sendCommand: Redis['sendCommand'] = (command, stream) => {
    const answer = Redis.prototype.sendCommand.call(redis, command, stream);
    if (command.isSettled) return answer;
    const heard = heardFrom(redis);
    const late = () => {
      if (command.isSettled) return;
      command.reject(new Error('Command timed out'));
      setTimeout(whenRead(cut), silenceMs - commandMs).unref();
    };
    const cut = () => {
      const now = heardFrom(redis);
      if (now.stream !== heard.stream || now.bytes !== heard.bytes) return;
      now.stream?.destroy(new Error('Socket timeout'));
    };
    const timer = setTimeout(whenRead(late), commandMs);
    const settled = () => clearTimeout(timer);
    command.promise.then(settled, settled);
    return answer;
  };
  Object.assign(redis, { sendCommand });
}

/** Before it is connected, nothing has been heard. */
function heardFrom({ stream }: Partial<Pick<Redis, 'stream'>>) {
  return { stream, bytes: stream?.bytesRead };
}

/** After a stall timers are due before answers are read that have been here for long. */
const whenRead = (then: () => void) => () => void setImmediate(then);
