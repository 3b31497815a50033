import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import { whenArrived } from './arrival.ts';
import { boundConnections } from './connections.ts';
import { SERVER_LIMITS, refuseMalformed } from './limits.ts';

export type Answer = (request: IncomingMessage, response: ServerResponse) => unknown;

/** An HTTP server that passes on whole requests alone, and sheds what only takes up room. */
export function openServer(answer: Answer, { connections: most }: { connections: number }): Server {
  const server = createServer(SERVER_LIMITS, (request, response) => {
    whenArrived(request, () => {
      connections.taken(request, response);
      answer(request, response);
    });
  });
  const connections = boundConnections(server, most);
  refuseMalformed(server);
  return server;
}
