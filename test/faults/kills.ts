import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault, Notes, Patience } from './experiment.ts';
import { hurryLeases } from './leases.ts';
import type { Kind } from './record.ts';
import type { Stage } from './stage.ts';

/** Killed in the middle of whatever is under way, and started again: what was cut off is asked for again. */
export const KILL_FAULTS: Fault[] = [
  {
    id: 'F-9, F-10, F-11',
    what: 'servers are killed again and again, in the middle of sign-ups, resets, code exchanges and refreshes',
    stage: { manner: { slowMs: 200 } },
    // Nobody is looked at for time, and whoever waits for a mail does nothing else.
    sharesMachine: true,
    arrivals: { signUp: 0.8, resetPassword: 0.8, signIn: 1, refreshOne: 8, most: 40 },
    bar: {
      longestMs: 20_000,
      recoveryMs: 5000,
      mayFail: 'all',
      allows: ({ what }) => what === 'a mail came twice',
    },
    hurt: killAgainAndAgain,
    after: cutOff('sign-up', 'reset', 'sign-in', 'refresh'),
  },
];

/** In an outage of the usual length. */
const KILLS = 200;
const USUAL_MS = 30_000;
/** Between the start of one server and the death of the other. */
const LATEST_MS = 1000;

/** Always one of the two, so that the other one is asked again at once. */
async function killAgainAndAgain(
  stage: Stage,
  { outageMs }: Patience,
  { note }: Notes,
): Promise<void> {
  await hurryLeases(stage);
  const kills = Math.ceil((KILLS * outageMs) / USUAL_MS);
  for (let i = 0; i < kills; i += 1) {
    await sleep(randomInt(LATEST_MS));
    const server = stage.servers[i % stage.servers.length];
    await server?.stop('SIGKILL');
    await stage.startServer(server && { instead: server });
  }
  note(`${kills} kills`);
}

function cutOff(...kinds: Kind[]) {
  return async ({ recorder }: Stage, { note }: Notes): Promise<void> => {
    const cut = recorder.calls.filter(({ status }) => status === 0);
    const count = (kind: Kind) => cut.filter((call) => call.kind === kind).length;
    note(`cut off: ${kinds.map((kind) => `${count(kind)} of ${kind}`).join(', ')}`);
  };
}
