import { once } from 'node:events';
import { type ServerResponse, createServer } from 'node:http';
import { text } from 'node:stream/consumers';

/** What answers, where it is no plain 200. */
export type Manner = (response: ServerResponse, token: string) => void;

/** An application's own server, to which logout tokens are posted. */
export interface Receiver {
  uri: string;
  /** The tokens it was handed, oldest first. */
  tokens: string[];
  /** How many came as far as its door. */
  connections(): number;
  behave(manner: Manner): void;
  close(): Promise<unknown>;
}

export async function openReceiver(manner: Manner = (response) => void response.end()) {
  let current = manner;
  let connections = 0;
  const tokens: string[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const token = new URLSearchParams(body).get('logout_token') ?? '';
      tokens.push(token);
      return current(response, token);
    });
  });
  server.on('connection', () => (connections += 1));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  const receiver: Receiver = {
    uri: `http://127.0.0.1:${port}/logout`,
    tokens,
    connections: () => connections,
    behave: (next) => void (current = next),
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => void server.close(resolve));
    },
  };
  return receiver;
}
