import { type Socket, connect, createServer } from 'node:net';
import type { ClientConfig } from 'pg';

/** Stands between a server and one of its stores, and counts what is asked. */
export interface Counter {
  port: number;
  asked(): number;
  close(): void;
}

/** Statements end with Sync, or are one Query; whatever is sent ahead of them travels along. */
export function countStatements({ host = '' }: ClientConfig): Promise<Counter> {
  return counting({ path: `${host}/.s.PGSQL.5432` }, () => {
    let pending = Buffer.alloc(0);
    let begun = false;
    return (chunk) => {
      pending = Buffer.concat([pending, chunk]);
      let asked = 0;
      for (;;) {
        // The first message of a connection has no type.
        const head = begun ? 1 : 0;
        if (pending.length < head + 4) return asked;
        const length = head + pending.readUInt32BE(head);
        if (pending.length < length) return asked;
        if (begun && 'SQ'.includes(String.fromCharCode(pending[0] ?? 0))) asked += 1;
        begun = true;
        pending = pending.subarray(length);
      }
    };
  });
}

/** Commands are arrays of strings. */
export function countCommands(url: string): Promise<Counter> {
  return counting(
    { port: Number(new URL(url).port) },
    () => (chunk) => chunk.toString('latin1').match(/\*\d+\r\n\$\d+\r\n[a-zA-Z]/g)?.length ?? 0,
  );
}

async function counting(
  target: { port: number } | { path: string },
  open: () => (chunk: Buffer) => number,
): Promise<Counter> {
  let asked = 0;
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(target);
    const count = open();
    near.on('data', (chunk: Buffer) => (asked += count(chunk)));
    near.pipe(far).pipe(near);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => sockets.forEach((one) => one.destroy()));
    }
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' ? (address?.port ?? 0) : 0,
    asked: () => asked,
    close() {
      server.close();
      sockets.forEach((socket) => socket.destroy());
    },
  };
}
