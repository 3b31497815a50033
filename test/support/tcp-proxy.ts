import { type Socket, connect, createServer } from 'node:net';

export type Target = { port: number } | { path: string };

/** Stands between a client and a server, and does what networks do. */
export interface TcpProxy {
  port: number;
  /** Ends every connection; new ones are refused until `heal`. */
  cut(): void;
  /** Ends every connection, and lets new ones through. */
  cutOnce(): void;
  /** Resets every connection (RST); new ones are taken and reset until `heal`. */
  reset(): void;
  /** Swallows everything: connections are taken, and nothing comes back. */
  blackHole(): void;
  /**
   * The next request of which this says so reaches the server, and what the server answers is lost in this way. Ends
   * once that has happened.
   */
  loseAnswer(isIt: (sent: string) => boolean, way: 'cut' | 'cutOnce' | 'blackHole'): Promise<void>;
  /** Lets every answer wait; and every question too, if told so. */
  delay(ms: number, questionMs?: number): void;
  /** New connections lead there from now on; those that are open stay as they are. */
  leadTo(target: Target): void;
  heal(): void;
  close(): Promise<void>;
}

type Mood = 'well' | 'black-hole' | 'cut' | 'reset';

/** @param first a port of this machine, or the path of a socket. */
export async function tcpProxy(first: Target): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let target = first;
  let mood: Mood = 'well';
  let [questionMs, answerMs] = [0, 0];
  let blackHoles = 0;
  let losing: { isIt: (sent: string) => boolean; lose: () => void } | undefined;

  const server = createServer((near) => {
    keep(near);
    if (mood === 'cut') near.destroy();
    else if (mood === 'reset') near.resetAndDestroy();
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
      pipe(near, far, () => questionMs);
      pipe(far, near, () => answerMs);
    }
  });

  function keep(socket: Socket): void {
    sockets.add(socket);
    socket.setNoDelay();
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  }

  function pipe(from: Socket, to: Socket, wait: () => number): void {
    // What a black hole swallowed never comes back: a connection that was in one is dead for good.
    const before = blackHoles;
    const late = inOrder((chunk) => to.destroyed || to.write(chunk));
    from.on('data', (chunk: Buffer) => blackHoles === before && late(chunk, wait()));
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
    reset() {
      mood = 'reset';
      // Only TCP knows resets, and a socket in the file system no address.
      for (const socket of sockets) {
        if (socket.remoteAddress) socket.resetAndDestroy();
        else socket.destroy();
      }
    },
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
    delay(ms, questions = 0) {
      [questionMs, answerMs] = [questions, ms];
    },
    leadTo(next) {
      target = next;
    },
    heal() {
      mood = 'well';
      [questionMs, answerMs] = [0, 0];
    },
    close() {
      cutOnce();
      return new Promise((resolve) => void server.close(() => resolve()));
    },
  };
}

/** Passes on each after its wait, and none before the one that came before it. */
function inOrder(pass: (chunk: Buffer) => void) {
  const waiting: { chunk: Buffer; due: number }[] = [];
  const passOn = () => {
    while (waiting[0] && waiting[0].due <= performance.now()) pass(waiting.shift()?.chunk ?? EMPTY);
    if (waiting[0]) setTimeout(passOn, Math.max(0, waiting[0].due - performance.now()));
  };
  return (chunk: Buffer, waitMs: number) => {
    if (waitMs === 0 && waiting.length === 0) return pass(chunk);
    waiting.push({ chunk, due: performance.now() + waitMs });
    if (waiting.length === 1) setTimeout(passOn, waitMs);
  };
}

const EMPTY = Buffer.alloc(0);
