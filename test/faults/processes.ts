import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Fault, type Notes, underWayAt } from './experiment.ts';
import { staysUp } from './health.ts';
import { KINDS } from './record.ts';
import type { Stage } from './stage.ts';

let killedAt = 0;
const SABOTAGED = {
  env: { NODE_OPTIONS: `--import=${join(import.meta.dirname, 'sabotage.js')}` },
};

export const PROCESS_FAULTS: Fault[] = [
  {
    id: 'F-33',
    what: 'each of two servers is asked to leave under load, and replaced',
    bar: { longestMs: 3000, recoveryMs: 2000, errors: 0 },
    async hurt(stage) {
      for (const server of stage.servers.slice()) {
        const code = await replace(stage, server);
        if (code !== 0) throw new Error(`it ended with ${code}`);
      }
    },
  },
  {
    id: 'F-34',
    what: 'one of two servers is killed',
    bar: {
      longestMs: 3000,
      recoveryMs: 2000,
      mayFail: KINDS,
      errors: (stage) => underWayAt(stage, killedAt),
    },
    async hurt({ servers }, _patience, { note }) {
      killedAt = performance.now();
      await servers[0]?.stop('SIGKILL');
      note('one server was left');
    },
    async after(stage, { note }) {
      note(`${underWayAt(stage, killedAt)} under way when it was killed`);
    },
  },
  {
    id: 'F-38',
    what: 'the event loop stands still for 2 s, three times; then a rejection that nobody handles',
    stage: SABOTAGED,
    bar: { longestMs: 3000, recoveryMs: 2000, errors: 0 },
    async hurt(stage) {
      for (let times = 0; times < 3; times += 1) {
        stage.servers.forEach(({ child }) => child.kill('SIGUSR2'));
        await sleep(4000);
      }
      stage.servers.forEach(({ child }) => child.kill('SIGWINCH'));
      await sleep(1000);
    },
    after: staysUp,
  },
  {
    id: 'F-38b',
    what: 'an exception out of nowhere in one of two servers',
    stage: SABOTAGED,
    bar: { longestMs: 3000, recoveryMs: 2000, errors: 0 },
    hurt: drainsAndEnds,
  },
];

/** It is in doubt: it ends what it has begun, and goes. */
async function drainsAndEnds(
  { servers }: Stage,
  _patience: unknown,
  { note, broken }: Notes,
): Promise<void> {
  const [server] = servers;
  server?.child.kill('SIGPWR');
  const code = await server?.ended;
  if (code === 1) note('it drained, and ended with 1');
  else broken(`it ended with ${code}`);
}

/** A newcomer first, so that there are always two. */
async function replace(stage: Stage, server: Stage['servers'][number]): Promise<number | string> {
  await stage.startServer();
  const code = await server.stop();
  stage.servers.splice(stage.servers.indexOf(server), 1);
  return code;
}
