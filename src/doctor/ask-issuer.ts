import { type ClientRequest, type IncomingMessage, request as byHttp } from 'node:http';
import { request as byHttps } from 'node:https';
import { TLSSocket } from 'node:tls';
import type { Encryption } from '../crypto/encryption.ts';
import { type EchoAnswer, QUESTION_COOKIE, QUESTION_HEADER, question, understood } from './echo.ts';
import { DOCTORS_PATH } from './traffic.ts';

/** What came of asking a server how the question reached it. */
export type Asked =
  | { outcome: 'unreachable' | 'certificate'; why: string }
  | { outcome: 'elsewhere'; status: number; location: string | undefined }
  | Answered;

export interface Answered {
  outcome: 'answered';
  answer: EchoAnswer;
  /** The Set-Cookie lines as they arrived. */
  cookies: string[];
  /** How far the clock behind the Date header is ahead of ours. It has whole seconds alone. */
  aheadMs: number | undefined;
  certificateEndsAt: Date | undefined;
  ms: number;
}

const PATIENCE_MS = 5000;
const LONGEST_BODY = 200_000;

/** By the issuer's own address; or `at` an address of this machine, as a proxy would. */
export async function askIssuer(
  { issuer, encryption }: { issuer: string; encryption: Encryption },
  at?: { host: string; port: number },
): Promise<Asked> {
  const { nonce, header } = question(encryption);
  const headers = { [QUESTION_HEADER]: header, cookie: `${QUESTION_COOKIE}=${nonce}` };
  const began = Date.now();
  try {
    const reply = await sent(issuer, headers, at);
    const ms = Date.now() - began;
    const answer = understood(encryption, reply.body, nonce);
    if (!answer) return { outcome: 'elsewhere', status: reply.status, location: reply.location };
    const { cookies, certificateEndsAt } = reply;
    return {
      outcome: 'answered',
      answer,
      cookies,
      certificateEndsAt,
      ms,
      aheadMs: ahead(reply.date, began, ms),
    };
  } catch (error) {
    return whyNot(error);
  }
}

/** The second that it names is the whole of one: its middle is meant. */
function ahead(date: string | undefined, began: number, ms: number): number | undefined {
  const at = Date.parse(date ?? '');
  return Number.isNaN(at) ? undefined : at + 500 - (began + ms / 2);
}

interface Reply {
  status: number;
  location: string | undefined;
  date: string | undefined;
  cookies: string[];
  body: string;
  certificateEndsAt: Date | undefined;
}

/** On a connection of its own, nothing followed: another process of the same server may answer the next time. */
function sent(
  issuer: string,
  headers: Record<string, string>,
  at: { host: string; port: number } | undefined,
): Promise<Reply> {
  const url = new URL(DOCTORS_PATH, issuer);
  const options = {
    headers,
    agent: false as const,
    timeout: PATIENCE_MS,
    signal: AbortSignal.timeout(PATIENCE_MS),
  };
  return new Promise((resolve, reject) => {
    const onReply = (reply: IncomingMessage) => void read(reply).then(resolve, reject);
    const request = at
      ? byHttp(
          { ...options, ...at, path: DOCTORS_PATH, headers: { host: url.host, ...headers } },
          onReply,
        )
      : overTheWire(url, options, onReply);
    request.on('error', reject).end();
  });
}

function overTheWire(
  url: URL,
  options: Parameters<typeof byHttps>[1] & object,
  onReply: (reply: IncomingMessage) => void,
): ClientRequest {
  return url.protocol === 'https:' ? byHttps(url, options, onReply) : byHttp(url, options, onReply);
}

async function read(reply: IncomingMessage): Promise<Reply> {
  const endsAt = certificateEnd(reply);
  let body = '';
  for await (const chunk of reply) {
    body += String(chunk);
    if (body.length > LONGEST_BODY) break;
  }
  return {
    status: reply.statusCode ?? 0,
    location: reply.headers.location,
    date: reply.headers.date,
    cookies: reply.headers['set-cookie'] ?? [],
    body,
    certificateEndsAt: endsAt,
  };
}

function certificateEnd({ socket }: IncomingMessage): Date | undefined {
  const until = socket instanceof TLSSocket ? socket.getPeerCertificate().valid_to : undefined;
  return until ? new Date(until) : undefined;
}

const CERTIFICATE = /CERT|SELF_SIGNED|LEAF_SIGNATURE|ALTNAME|^ERR_SSL|^ERR_TLS|EPROTO/;

function whyNot(error: unknown): Asked {
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
  const { code, name, message } = Object(first);
  const late = name === 'TimeoutError' || name === 'AbortError';
  const why = late ? `no answer in ${PATIENCE_MS / 1000} seconds` : String(message || code);
  return { outcome: CERTIFICATE.test(String(code)) ? 'certificate' : 'unreachable', why };
}
