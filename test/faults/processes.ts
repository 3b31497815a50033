import { type Fault, underWayAt } from './experiment.ts';
import { KINDS } from './record.ts';

let killedAt = 0;

export const PROCESS_FAULTS: Fault[] = [
  {
    id: 'F-33',
    what: 'one of two servers is asked to leave under load, then the other, each replaced',
    bar: { longestMs: 3000, recoveryMs: 2000, mayFail: [], errors: 0 },
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
    async hurt({ servers }) {
      killedAt = performance.now();
      await servers[0]?.stop('SIGKILL');
    },
  },
];

/** A newcomer first, so that there are always two. */
async function replace(
  { servers, startServer }: Parameters<Fault['hurt']>[0],
  server: (typeof servers)[number],
): Promise<number | string> {
  await startServer();
  const left = server.stop();
  const code = await left;
  servers.splice(servers.indexOf(server), 1);
  return code;
}
