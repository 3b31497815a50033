import { type Socket, connect, createServer } from 'node:net';

/** Stands between a client and a server, and does what networks do. */
export interface TcpProxy {
  port: number;
  /** Ends every connection; new ones are refused until `heal`. */
  cut(): void;
  /** Ends every connection, and lets new ones through. */
  cutOnce(): void;
  /** Swallows everything: connections are taken, and nothing comes back. */
  blackHole(): void;
  /**
   * The next request of which this says so reaches the server, and what the server answers is lost in this way. Ends
   * once that has happened.
   */
  loseAnswer(isIt: (sent: string) => boolean, way: 'cut' | 'cutOnce' | 'blackHole'): Promise<void>;
  /** Lets every answer wait. */
  delay(ms: number): void;
  heal(): void;
  close(): Promise<void>;
}

type Mood = 'well' | 'black-hole' | 'cut';

/** @param target a port of this machine, or the path of a socket. */
export async function tcpProxy(target: { port: number } | { path: string }): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let mood: Mood = 'well';
  let delayMs = 0;
  let blackHoles = 0;
  let losing: { isIt: (sent: string) => boolean; lose: () => void } | undefined;

  const server = createServer((near) => {
    keep(near);
    if (mood === 'cut') near.destroy();
    else if (mood === 'black-hole') near.resume();
    else {
      const far = connect(target);
      keep(far);
      near.on('data', (chunk) => {
        if (!losing?.isIt(String(chunk))) return;
        // The answer tells that the server has done it.
        far.prependOnceListener('data', losing.lose);
        losing = undefined;
      });
      pipe(near, far, () => 0);
      pipe(far, near, () => delayMs);
    }
  });

  function keep(socket: Socket): void {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  }

  function pipe(from: Socket, to: Socket, wait: () => number): void {
    // What a black hole swallowed never comes back: a connection that was in one is dead for good.
    const before = blackHoles;
    from.on('data', (chunk) => {
      if (blackHoles === before) setTimeout(() => to.destroyed || to.write(chunk), wait());
    });
    from.on('close', () => blackHoles === before && to.destroy());
  }

  const cutOnce = () => sockets.forEach((socket) => socket.destroy());
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('The proxy has no port.');
  const hurt = {
    cut() {
      mood = 'cut';
      cutOnce();
    },
    cutOnce,
    blackHole() {
      mood = 'black-hole';
      blackHoles += 1;
    },
  };
  return {
    port: address.port,
    ...hurt,
    loseAnswer: (isIt, way) =>
      new Promise((resolve) => {
        losing = {
          isIt,
          lose() {
            hurt[way]();
            resolve();
          },
        };
      }),
    delay: (ms) => void (delayMs = ms),
    heal() {
      mood = 'well';
      delayMs = 0;
    },
    close() {
      cutOnce();
      return new Promise((resolve) => void server.close(() => resolve()));
    },
  };
}
