import type { Server, ServerOptions } from 'node:http';
import type { Socket } from 'node:net';
import type { Middleware } from 'koa';
import { CannotGoOn } from './cannot-go-on.ts';
import type { Bounds } from './gate.ts';
import type { RequestClass } from './in-flight.ts';

export const MAX_BODY_BYTES = 56 * 1024;

/** Node's own would wait a minute for the head and five for the body, and look only every half minute. */
export const SERVER_LIMITS: ServerOptions = {
  maxHeaderSize: 16 * 1024,
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 5000,
  connectionsCheckingInterval: 1000,
};

export interface Means {
  /** What one process may use, in MB. */
  memoryMb: number;
  /** Connections to the database. */
  pool: number;
  /** Passwords hashed at once. */
  hashes: number;
}

/** A connection costs up to 16 KB while it says nothing: an eighth of the memory is for them. */
const CONNECTIONS_A_MB = 8;

export function mostConnections({ memoryMb }: Pick<Means, 'memoryMb'>): number {
  return Math.min(10_000, Math.max(256, Math.floor(memoryMb * CONNECTIONS_A_MB)));
}

/**
 * As many at once as keep the database and the cores busy: more would only wait inside, where a request of another class
 * cannot overtake them. Whoever waits in line holds a body of up to 56 KB: a thirty-second of the memory for a class.
 */
export function boundsWithin({ memoryMb, pool, hashes }: Means): Record<RequestClass, Bounds> {
  const atOnce = Math.max(16, 2 * pool);
  const longest = Math.min(2000, Math.max(64, Math.floor(memoryMb / 2)));
  return {
    password: { atOnce: 4 * hashes, longest, patienceMs: 2000 },
    token: { atOnce, longest, patienceMs: 1000 },
    inquiry: { atOnce, longest, patienceMs: 1000 },
    page: { atOnce, longest, patienceMs: 2000 },
    rest: { atOnce, longest: 64, patienceMs: 1000 },
  };
}

/** Browsers and proxies send thirty. */
const MAX_HEADERS = 100;

const METHODS = ['GET', 'HEAD', 'POST', 'OPTIONS'];

/** Refuses what no endpoint of ours takes, before anybody reads on. */
export const withinLimits: Middleware = (ctx, next) => {
  if (!METHODS.includes(ctx.method)) {
    throw new CannotGoOn(405, 'wrong-method', { Allow: METHODS.join(', ') });
  }
  if ((ctx.request.length ?? 0) > MAX_BODY_BYTES) {
    throw new CannotGoOn(413, 'too-large', { Connection: 'close' });
  }
  if (ctx.req.rawHeaders.length > 2 * MAX_HEADERS) throw new CannotGoOn(431, 'too-large');
  return next();
};

/** What never becomes a request is answered in one line and closed. */
export function refuseMalformed(server: Server): void {
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) return socket.destroy();
    return answer(socket, STATUS_OF[error.code ?? ''] ?? '400 Bad Request');
  });
  server.on('connect', (_request, socket: Socket) => answer(socket, '405 Method Not Allowed'));
}

const STATUS_OF: Record<string, string> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  HPE_INVALID_METHOD: '501 Not Implemented',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

/**
 * What else is sent is not read any more: each read costs a buffer. Who closed while it still comes would reset the
 * connection, and the answer with it: that waits for a moment.
 */
function answer(socket: Socket, status: string): void {
  socket.pause();
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  setTimeout(() => socket.destroy(), LINGER_MS).unref();
}

const LINGER_MS = 500;
