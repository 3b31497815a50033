import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import { Registry } from 'prom-client';
import { SERVER_LIMITS, refuseMalformed } from '../http/limits.ts';
import { bind } from '../process/bind.ts';
import type { ToldOutside } from './report.ts';

/** The operator's own door: figures and health, with all detail. People and applications never come here. */
export interface MetricsListener {
  port: number;
  close(): void;
}

export async function listenForMetrics(
  address: { port: number; host: string },
  told: ToldOutside,
): Promise<MetricsListener> {
  const server = createServer(SERVER_LIMITS, (request, response) => {
    answer(told, request, response).catch(() => response.destroy());
  });
  refuseMalformed(server);
  await bind(server, address, { port: 'METRICS_PORT', host: 'METRICS_HOST' });
  // Whoever only waits to be asked keeps no process alive.
  server.unref();
  const bound = server.address();
  return {
    port: typeof bound === 'object' && bound ? bound.port : address.port,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function answer(told: ToldOutside, request: IncomingMessage, response: ServerResponse) {
  request.resume();
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return send(response, { status: 405, type: TEXT, body: 'GET alone\n' });
  }
  const path = request.url?.split('?')[0];
  if (path === '/metrics') {
    const type = Registry.PROMETHEUS_CONTENT_TYPE;
    return send(response, { status: 200, type, body: await told.text() });
  }
  if (path === '/health/live') return send(response, { status: 200, type: TEXT, body: 'ok\n' });
  if (path === '/health' || path === '/health/ready') return sendHealth(told, path, response);
  return send(response, { status: 404, type: TEXT, body: '/metrics, /health\n' });
}

async function sendHealth(told: ToldOutside, path: string, response: ServerResponse) {
  const processes = await told.health();
  const well = processes.length > 0 && processes.every(({ status }) => status === 'open');
  const status = well ? 200 : 503;
  const word = well ? 'ok' : 'not ready';
  if (path === '/health/ready') return send(response, { status, type: TEXT, body: `${word}\n` });
  const body = `${JSON.stringify({ status: word, processes }, undefined, 2)}\n`;
  return send(response, { status, type: 'application/json', body });
}

const TEXT = 'text/plain; charset=utf-8';

function send(
  response: ServerResponse,
  { status, type, body }: { status: number; type: string; body: string },
): void {
  response.writeHead(status, {
    'Content-Type': type,
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
  });
  response.end(body);
}
