import { DONE, type Outcome, type Watch, kindOf } from '../../watching/watch.ts';
import type { RedisClient } from './connection.ts';

/** Every command is seen, by its name alone: keys and values are not looked at. */
export function watchCommands(redis: RedisClient, watch: Watch): void {
  const send: (...args: unknown[]) => unknown = Object(redis.sendCommand).bind(redis);
  const sendCommand = (command: { name: string }, ...more: unknown[]) => {
    if (HANDSHAKE.has(command.name)) return send(command, ...more);
    const sighting = watch.begins({ kind: 'redis', name: command.name.toUpperCase() });
    const answer = sighting.within(() => send(command, ...more));
    // The client does not always wait for what it sends itself: only a promise beside the answer may be ours.
    Promise.resolve(answer).then(
      () => sighting.ends(DONE),
      (error: unknown) => sighting.ends(outcomeOf(error)),
    );
    return answer;
  };
  Object.assign(redis, { sendCommand });
}

/** A script that is not there yet is sent whole, once: that is no fault. Of what Redis says no to, the first word tells why. */
function outcomeOf(error: unknown): Outcome {
  const { name, message = '' }: { name?: unknown; message?: string } = Object(error);
  const reply = name === 'ReplyError' ? /^[A-Z]{2,20}\b/.exec(message)?.[0] : undefined;
  return reply === 'NOSCRIPT' ? { as: 'unknown-script' } : { failed: reply ?? kindOf(error) };
}

/** What the client says by itself when it connects; an older Redis does not know all of it. */
const HANDSHAKE = new Set(['auth', 'client', 'cluster', 'hello', 'info', 'readonly', 'select']);
