import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { type Logger, openlySpoken } from '../logging/logger.ts';
import type { Sighting, Watch } from '../watching/watch.ts';
import { clientReader } from './client-address.ts';
import { BARE_POLICY, fixedHeaders } from './security-headers.ts';
import type { Answer } from './server.ts';
import { traceParentIn } from '../watching/trace-parent.ts';
import { hostHeaders } from './trusted-host.ts';

/** An answer that is the same for everybody, until it is another one altogether. */
export interface ReadyAnswer {
  body: Buffer;
  headers: Readonly<Record<string, string>>;
}

export interface ReadyAnswerDeps {
  issuer: string;
  trusted: readonly string[];
  log: Logger;
  watch?: Watch | undefined;
}

/**
 * Plain questions with ready answers are answered at the door, and noted like all others: APIs ask for keys day and night.
 * Whatever is unusual about a request (another host, a condition, a body) goes the way of all requests, which decides
 * the same.
 */
export function readyAnswers(
  { issuer, trusted, log, watch }: ReadyAnswerDeps,
  readyAt: (path: string) => ReadyAnswer | undefined,
  otherwise: Answer,
): Answer {
  const { host, protocol } = new URL(issuer);
  const clientOf = clientReader(trusted);
  const lines = openlySpoken(log);
  const known = new WeakMap<ReadyAnswer, { head: string[]; text: string }>();
  const common = fixedHeaders({ https: protocol === 'https:' });

  /** As a text it leaves together with its head. */
  function written(ready: ReadyAnswer) {
    const before = known.get(ready);
    if (before) return before;
    const length = String(ready.body.length);
    const head = { ...common, ...ready.headers, 'Content-Length': length };
    const policy = { 'Content-Security-Policy': BARE_POLICY, ...head };
    const now = { head: Object.entries(policy).flat(), text: ready.body.toString() };
    known.set(ready, now);
    return now;
  }

  return (request, response) => {
    const path = request.url ?? '';
    const ready = isPlain(request, host) ? readyAt(path) : undefined;
    if (!ready) return otherwise(request, response);
    const started = performance.now();
    const requestId = randomUUID();
    const ip = clientOf(request).client;
    const sighting = watch && begins(watch, request);
    const traceId = sighting?.traceId ?? traceParentIn(traceParentOf(request))?.traceId;
    response.once('close', () => {
      const whole = response.writableFinished;
      sighting?.ends({ as: whole ? '200' : 'aborted' }, path);
      const ms = Math.round(performance.now() - started);
      const traced = traceId === undefined ? {} : { traceId };
      const cut = whole ? {} : { aborted: true };
      const what = { method: 'GET', route: path, status: 200, ms, ip };
      lines.info({ requestId, ...traced, ...what, ...cut }, 'request');
    });
    const { head, text } = written(ready);
    response.writeHead(200, [...head, 'X-Request-Id', requestId]);
    response.end(text);
    return undefined;
  };
}

function begins(watch: Watch, request: IncomingMessage): Sighting {
  const traceparent = traceParentOf(request) ?? '';
  return watch.begins({ kind: 'request', name: 'GET', traceparent });
}

function traceParentOf({ headers }: IncomingMessage): string | undefined {
  const { traceparent } = headers;
  return typeof traceparent === 'string' ? traceparent : undefined;
}

function isPlain({ method, headers, rawHeaders }: IncomingMessage, host: string): boolean {
  return (
    method === 'GET' &&
    headers.host === host &&
    headers['if-none-match'] === undefined &&
    headers['content-length'] === undefined &&
    headers['transfer-encoding'] === undefined &&
    rawHeaders.length <= MOST_HEADERS &&
    hostHeaders(rawHeaders) === 1
  );
}

/** Names and values. More of them are looked at more closely. */
const MOST_HEADERS = 100;
