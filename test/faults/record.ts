import { request as open } from 'node:http';
import type { Answer, Asked } from '../support/http.ts';

/** What people and applications come for. */
export const KINDS = [
  'sign-in',
  'live-session',
  'refresh',
  'client-credentials',
  'me',
  'documents',
  'sign-up',
  'reset',
  'sign-out',
] as const;
export type Kind = (typeof KINDS)[number];

/** One request and what became of it. Times are of performance.now(). */
export interface Call {
  kind: Kind;
  what: string;
  startedAt: number;
  endedAt: number;
  /** 0: no answer came. */
  status: number;
  /** Why none came. */
  why?: string;
  /** A 503 or 429 that says when to come back. */
  saysWhen: boolean;
  /** Whose request it was, and whose marks stood in the answer. */
  of: string | undefined;
  seen: string[];
}

/** What the judge knows beside the calls: what answers promised, and what came of it. */
export type Fact = { at: number } & (
  | { is: 'begun'; kind: Kind; visit: number }
  /** How it ended: as it should, anew from its beginning, or never. */
  | { is: 'ended'; kind: Kind; visit: number; how: 'done' | 'given-up'; anew: number; why?: string }
  | { is: 'redeemed'; code: string }
  | { is: 'replayed'; code: string; status: number }
  | { is: 'issued'; jwt: string; of: string; scope: string }
  | { is: 'outlived'; what: string; status: number }
  | { is: 'refreshed-at-once'; answers: string[] }
  | { is: 'stranded'; error: string; sinceMs: number; unanswered: number }
  | { is: 'same-session'; of: string }
  | { is: 'promised'; email: string; template: 'email-verification' | 'password-reset' }
  /** What a browser's cookie holds once somebody has signed in with it. */
  | { is: 'session'; of: string; cookie: string }
  | { is: 'account-made'; email: string }
  | { is: 'password-set'; email: string; password: string }
);

export type NewFact = Fact extends infer One ? (One extends Fact ? Omit<One, 'at'> : never) : never;

export interface Record {
  calls: Call[];
  facts: Fact[];
}

export interface Recorder extends Record {
  tell(fact: NewFact): void;
  /** Sends requests that are recorded under this kind, for this person. */
  sender(kind: Kind, of?: string): (url: string, asked?: Asked) => Promise<Answer>;
}

/** Every person's address is one, and stands wherever the person's data do. */
const MARK = /\b[0-9a-f]{16}@example\.com/g;
const LONGEST_MS = 20_000;

export function openRecorder(address: { port: number }): Recorder {
  const calls: Call[] = [];
  const facts: Fact[] = [];
  return {
    calls,
    facts,
    tell: (fact) => void facts.push({ at: performance.now(), ...fact }),
    sender:
      (kind, of) =>
      async (url, asked = {}) => {
        const startedAt = performance.now();
        const { pathname } = new URL(url);
        const what = `${asked.method ?? (asked.body === undefined ? 'GET' : 'POST')} ${plain(pathname)}`;
        const call = { kind, what, startedAt, of };
        try {
          const answer = await exchange(address.port, url, asked);
          calls.push({
            ...call,
            endedAt: performance.now(),
            status: answer.status,
            saysWhen: answer.headers.has('retry-after'),
            seen: [...new Set(answer.text.match(MARK))],
          });
          return answer;
        } catch (error) {
          const { code, message }: { code?: string; message?: string } = Object(error);
          const why = code ?? message ?? String(error);
          const endedAt = performance.now();
          calls.push({ ...call, endedAt, status: 0, why, saysWhen: false, seen: [] });
          throw error;
        }
      },
  };
}

/** No secret, and the same for all visits. */
function plain(pathname: string): string {
  return pathname
    .replace(/^\/interaction\/[^/]+/, '/interaction/:uid')
    .replace(/^\/auth\/[^/]+/, '/auth/:uid')
    .replace(/^\/(email-verification|password-reset)\/[^/]{20,}/, '/$1/:handle');
}

/** Every request on a connection of its own: each goes to the server whose turn it is. */
function exchange(port: number, url: string, asked: Asked): Promise<Answer> {
  const { host, pathname, search } = new URL(url);
  const body = asked.body?.toString();
  const typed = asked.body instanceof URLSearchParams ? { 'content-type': FORM } : {};
  return new Promise((resolve, reject) => {
    const sent = open({
      host: '127.0.0.1',
      port,
      path: `${pathname}${search}`,
      method: asked.method ?? (body === undefined ? 'GET' : 'POST'),
      headers: { host, ...typed, ...asked.headers },
      agent: asked.agent ?? false,
      signal: AbortSignal.timeout(LONGEST_MS),
    });
    sent.once('error', reject);
    sent.once('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', reject);
      response.once('end', () => {
        const text = Buffer.concat(chunks).toString();
        const headers = new Headers();
        for (let i = 0; i < response.rawHeaders.length; i += 2) {
          headers.append(response.rawHeaders[i] ?? '', response.rawHeaders[i + 1] ?? '');
        }
        const status = response.statusCode ?? 0;
        resolve({ status, headers, text, json: () => Object(JSON.parse(text)) });
      });
    });
    sent.end(body);
  });
}

const FORM = 'application/x-www-form-urlencoded';
