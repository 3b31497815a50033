import { type Socket, connect, createServer } from 'node:net';

/** The one address of several servers: each new connection goes to the next of them, past those that refuse it. */
export interface Front {
  port: number;
  close(): Promise<void>;
}

export async function openFront(port: number, backends: () => number[]): Promise<Front> {
  const sockets = new Set<Socket>();
  let turn = 0;
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.setNoDelay();
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  };

  function lead(near: Socket, ports: number[]): void {
    const [next, ...others] = ports;
    if (next === undefined || near.destroyed) return void near.resetAndDestroy();
    const far = connect(next, '127.0.0.1');
    keep(far);
    let open = false;
    far.once('connect', () => {
      open = true;
      near.pipe(far);
      far.pipe(near);
      near.once('close', () => far.destroy());
    });
    far.once('close', () => (open ? near.destroy() : lead(near, others)));
  }

  const server = createServer({ allowHalfOpen: true }, (near) => {
    keep(near);
    const ports = backends();
    turn += 1;
    lead(near, [...ports.slice(turn % ports.length), ...ports.slice(0, turn % ports.length)]);
  });
  await new Promise<void>((resolve) => {
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    port,
    close() {
      sockets.forEach((socket) => socket.destroy());
      return new Promise((resolve) => void server.close(() => resolve()));
    },
  };
}
