import { type Watch, kindOf, DONE } from '../../watching/watch.ts';
import type { RedisClient } from './connection.ts';

/** Every command is seen, by its name alone: keys and values are not looked at. */
export function watchCommands(redis: RedisClient, watch: Watch): void {
  const send: (...args: unknown[]) => unknown = Object(redis.sendCommand).bind(redis);
  const sendCommand = (command: { name: string }, ...more: unknown[]) => {
    const sighting = watch.begins({ kind: 'redis', name: command.name.toUpperCase() });
    const answer = sighting.within(() => send(command, ...more));
    // The client does not always wait for what it sends itself: only a promise beside the answer may be ours.
    Promise.resolve(answer).then(
      () => sighting.ends(DONE),
      (error: unknown) => sighting.ends({ failed: kindOf(error) }),
    );
    return answer;
  };
  Object.assign(redis, { sendCommand });
}
