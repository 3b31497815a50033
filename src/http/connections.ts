import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

export interface Connections {
  /** A request is here to its last byte: its connection is not idle any more. */
  taken(request: IncomingMessage, response: ServerResponse): void;
}

/**
 * Keeps no more connections open than memory allows. A newcomer who is one too many takes the place of the one that
 * has kept us waiting longest, be it for a head, for a body or between two requests: whoever floods the door pushes out
 * their own, and an honest request is through long before its turn. One that is worked on is never cut.
 */
export function boundConnections(server: Server, most: number): Connections {
  /** In the order in which they began to wait. */
  const waiting = new Set<Socket>();
  const unanswered = new WeakMap<Socket, number>();
  let open = 0;

  server.on('connection', (socket) => {
    open += 1;
    waiting.add(socket);
    socket.once('close', () => {
      open -= 1;
      waiting.delete(socket);
    });
    if (open <= most) return;
    const [longest = socket] = waiting;
    waiting.delete(longest);
    longest.destroy();
  });

  return {
    taken({ socket }, response) {
      waiting.delete(socket);
      unanswered.set(socket, (unanswered.get(socket) ?? 0) + 1);
      response.once('close', () => {
        const left = (unanswered.get(socket) ?? 1) - 1;
        unanswered.set(socket, left);
        if (left === 0 && !socket.destroyed) waiting.add(socket);
      });
    },
  };
}
