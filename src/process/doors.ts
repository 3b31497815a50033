import type { Server, ServerResponse } from 'node:http';
import { Server as NetServer, createServer as createNetServer } from 'node:net';
import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises';
import { type Answer, openServer } from '../http/server.ts';
import { bind } from './bind.ts';

/** Owns the listening socket and the connections on it; refuses to know what is answered. */
export interface Doors {
  port: number;
  /** Who answers from now on. */
  admit(listener: Answer): void;
  /**
   * Takes no new connection, lets every request on the open ones end, and closes them. Answers whether all
   * ended in time.
   */
  drain(limitMs?: number): Promise<boolean>;
}

export async function listen(
  address: { port: number; host: string },
  limits: { connections: number },
  first: Answer,
): Promise<Doors> {
  let answer = first;
  let draining = false;
  const unanswered = new Set<ServerResponse>();
  const server = openServer((request, response) => {
    if (draining) askForAnother(response);
    unanswered.add(response);
    response.once('close', () => unanswered.delete(response));
    answer(request, response);
  }, limits);
  await bind(server, address);
  const bound = server.address();
  return {
    port: typeof bound === 'object' && bound ? bound.port : address.port,
    admit(listener) {
      answer = listener;
    },
    async drain(limitMs = 20_000) {
      await lastCall(server);
      const empty = emptied(server, limitMs);
      // Sooner, those who are sent away would knock at a door that is just closing: here, or at another process's.
      await wait(SETTLE_MS);
      draining = true;
      unanswered.forEach(askForAnother);
      return empty;
    },
  };
}

/** Fails as `listen` would, for the leader of several processes: they would each complain. */
export async function tryAddress(address: { port: number; host: string }): Promise<void> {
  const server = createNetServer((socket) => socket.destroy());
  await bind(server, address);
  await new Promise((resolve) => server.close(resolve));
}

/** This connection will not be read again. */
function askForAnother(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader('Connection', 'close');
}

const SETTLE_MS = 300;
const QUIET_TURNS = 5;
const TURN_MS = 40;
const MOST_TURNS = 50;

/**
 * Connections that the kernel took already, and we not yet, would be reset by closing the door. They are taken in
 * one a turn of the event loop: the door closes when nobody has come for a few.
 */
async function lastCall(server: Server): Promise<void> {
  let quiet = 0;
  const onConnection = () => (quiet = 0);
  server.on('connection', onConnection);
  for (let turns = 0; quiet < QUIET_TURNS && turns < MOST_TURNS; turns += 1) {
    quiet += 1;
    await wait(TURN_MS);
    await turn();
  }
  server.off('connection', onConnection);
}

/**
 * Idle connections get a moment more: a proxy may just be sending a request on one, and would see it cut.
 * The answer then asks it to come back on another.
 */
const LAST_WORDS_MS = 1000;

function emptied(server: Server, limitMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const idle = setInterval(() => server.closeIdleConnections(), LAST_WORDS_MS);
    const late = setTimeout(() => {
      server.closeAllConnections();
      resolve(false);
    }, limitMs);
    // The HTTP server's own close() would cut idle connections at once.
    NetServer.prototype.close.call(server, () => {
      clearInterval(idle);
      clearTimeout(late);
      server.close();
      resolve(true);
    });
  });
}
