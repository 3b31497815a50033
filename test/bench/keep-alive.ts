import { type Socket, connect } from 'node:net';

export interface Reply {
  status: number;
  head: string;
  body: string;
}

/** One connection that is kept, one request at a time. As cheap as can be: it shares the machine with what is measured. */
export interface Connection {
  ask(request: string): Promise<Reply>;
  /** A server closes what it has not heard of for a while. */
  isStale(): boolean;
  close(): void;
}

export async function openConnection(port: number): Promise<Connection> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  return overSocket(socket);
}

const STALE_MS = 2000;

interface Waiting {
  answer(reply: Reply): void;
  fail(error: Error): void;
}

function overSocket(socket: Socket): Connection {
  let text = '';
  let usedAt = performance.now();
  let waiting: Waiting | undefined;
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
    const reply = whole(text);
    if (!reply) return;
    text = '';
    const next = waiting;
    waiting = undefined;
    next?.answer(reply);
  });
  const lost = (error?: Error) => waiting?.fail(error ?? new Error('the connection was closed'));
  socket.on('error', lost);
  socket.on('close', () => lost());
  return {
    ask: (request) =>
      new Promise<Reply>((answer, fail) => {
        waiting = { answer, fail };
        usedAt = performance.now();
        if (socket.destroyed) lost();
        else socket.write(request, 'latin1');
      }),
    isStale: () => socket.destroyed || performance.now() - usedAt > STALE_MS,
    close: () => void socket.destroy(),
  };
}

/** Undefined while there is more to come. */
function whole(text: string): Reply | undefined {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const head = text.slice(0, end);
  const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1];
  if (length === undefined) throw new Error(`an answer without a length:\n${head}`);
  const body = text.slice(end + 4);
  if (body.length < Number(length)) return undefined;
  return { status: Number(text.slice(9, 12)), head, body };
}

/** The first header of that name. */
export function headerOf({ head }: Reply, name: string): string | undefined {
  return new RegExp(`\\r\\n${name}: ([^\\r]*)`, 'i').exec(head)?.[1];
}

export function cookiesOf({ head }: Reply): [string, string][] {
  return [...head.matchAll(/\r\nset-cookie: ([^=]+)=([^;\r]*)/gi)].map(
    ([, name = '', value = '']) => [name, value],
  );
}
