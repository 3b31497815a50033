import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault, Notes } from './experiment.ts';
import type { Stage } from './stage.ts';

/** Killed in the middle of whatever is under way, and started again: what was cut off is asked for again. */
const MAIL_AGAIN = ({ what }: { what: string }) => what === 'a mail came twice';
const BAR = { longestMs: 20_000, recoveryMs: 3000, mayFail: 'all', allows: MAIL_AGAIN } as const;
/** Between the start of one server and the death of the next. */
const LATEST_MS = 1500;

export const KILL_FAULTS: Fault[] = [
  {
    id: 'F-9',
    what: 'servers are killed in the middle of sign-ups and resets',
    arrivals: { signUp: 4, resetPassword: 4, refreshOne: 1, askForItself: 1, askWho: 1, most: 24 },
    bar: BAR,
    hurt: killAgainAndAgain,
    after: cutOff('sign-up', 'reset'),
  },
  {
    id: 'F-10',
    what: 'servers are killed in the middle of refreshes',
    arrivals: { refreshOne: 40, signIn: 2, signUp: 0, resetPassword: 0, askWho: 1, most: 24 },
    bar: BAR,
    hurt: killAgainAndAgain,
    after: cutOff('refresh'),
  },
  {
    id: 'F-11',
    what: 'servers are killed in the middle of code exchanges',
    arrivals: { signIn: 5, signUp: 0, resetPassword: 0, refreshOne: 1, askForItself: 0, most: 24 },
    bar: BAR,
    hurt: killAgainAndAgain,
    after: cutOff('sign-in'),
  },
];

/** Always one of the two, so that the other one is asked again at once. */
async function killAgainAndAgain(
  stage: Stage,
  { outageMs }: { outageMs: number },
  { note }: Notes,
): Promise<void> {
  const began = performance.now();
  let kills = 0;
  while (performance.now() - began < outageMs) {
    await sleep(randomInt(LATEST_MS));
    const server = stage.servers[kills % stage.servers.length];
    kills += 1;
    await server?.stop('SIGKILL');
    await stage.startServer(server && { instead: server });
  }
  note(`${kills} kills`);
}

function cutOff(...kinds: string[]) {
  return async ({ recorder }: Stage, { note }: Notes): Promise<void> => {
    const cut = recorder.calls.filter(({ status, kind }) => status === 0 && kinds.includes(kind));
    note(`${cut.length} requests of ${kinds.join(', ')} cut off`);
  };
}
