import { type Socket, connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { Row } from '../table.ts';
import { openArena } from '../arena.ts';
import { watchMemory } from './memory.ts';
import { openQuestions } from './questions.ts';
import { allTimes, countOf, inWords, percentile, steadyLoad } from './steady-load.ts';

const SOCKETS = 2000;
const DROP_MS = 2000;

/** Two thousand that drip a head or a body, each back as soon as it is cut; honest strangers come meanwhile. */
export async function slowSockets(seconds = 25, env: NodeJS.ProcessEnv = {}): Promise<Row> {
  const arena = await openArena('redis', env, { servers: 1 });
  const [server] = arena.servers;
  const questions = await openQuestions(arena);
  const mostMb = watchMemory(server?.child.pid);
  const crowd = openCrowd(server?.port ?? 0, new URL(server?.issuer ?? '').host);
  try {
    await pause(3000);
    const loads = [
      steadyLoad(20, () => ({ ...questions.clientCredentials(), fresh: true })),
      steadyLoad(10, () => ({ ...questions.page(), fresh: true })),
      steadyLoad(5, () => ({ ...questions.jwks(), fresh: true })),
    ];
    await pause(seconds * 1000);
    const seen = await Promise.all(loads.map((load) => load.stop()));
    const slowest = Math.max(...seen.map((one) => percentile(allTimes(one), 0.99)));
    const well = seen.every((one) => countOf(one, 200) === allTimes(one).length);
    return {
      proof: `${SOCKETS} slow sockets${env['GATEHOUSE_MEMORY'] ? ` against ${env['GATEHOUSE_MEMORY']} MB` : ''}: honest strangers`,
      expected: 'p99 of 1 s at most, each answered 200',
      seen:
        `${seen.map(inWords).join('; ')}; ${crowd.cut()} slow ones cut in ${seconds + 3} s; ` +
        `${Math.round(mostMb())} MB resident at most`,
      holds: slowest <= 1000 && well,
    };
  } finally {
    crowd.leave();
    await arena.close();
  }
}

function openCrowd(port: number, host: string) {
  const sockets = new Set<Socket>();
  let [cut, over] = [0, false];
  const join = (index: number) => {
    if (over) return;
    const socket = connect(port, '127.0.0.1', () => socket.write(beginning(index, host)));
    sockets.add(socket);
    socket.resume().on('error', () => {});
    const drops = setInterval(() => socket.write(index % 2 ? 'x' : 'X-Slow: 1\r\n'), DROP_MS);
    socket.once('close', () => {
      cut += 1;
      clearInterval(drops);
      sockets.delete(socket);
      setTimeout(join, 100, index);
    });
  };
  for (let index = 0; index < SOCKETS; index += 1) join(index);
  return {
    cut: () => cut,
    leave() {
      over = true;
      for (const socket of sockets) socket.destroy();
    },
  };
}

const beginning = (index: number, host: string) =>
  index % 2
    ? `POST /token HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 5000\r\n\r\ngrant_type=`
    : `GET /sign-in HTTP/1.1\r\nHost: ${host}\r\n`;
