import { type Agent, type OutgoingHttpHeaders, request as open } from 'node:http';
import { createServer } from 'node:net';
import { noteExchange } from './secrets-used.ts';

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  json(): Record<string, unknown>;
}

export interface Asked {
  method?: string;
  /** Whatever is given goes out as it is, Host included: fetch would not let us lie. */
  headers?: OutgoingHttpHeaders;
  body?: string | URLSearchParams | undefined;
  agent?: Agent;
}

/** One request, nothing followed. */
export function send(url: string, asked: Asked = {}): Promise<Answer> {
  const body = asked.body?.toString();
  const typed = asked.body instanceof URLSearchParams ? { 'content-type': FORM } : {};
  const options = {
    method: asked.method ?? (body === undefined ? 'GET' : 'POST'),
    headers: { ...typed, ...asked.headers },
    ...(asked.agent && { agent: asked.agent }),
  };
  return new Promise((resolve, reject) => {
    const sent = open(url, options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', reject);
      response.once('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        const headers = new Headers();
        for (let i = 0; i < response.rawHeaders.length; i += 2) {
          headers.append(response.rawHeaders[i] ?? '', response.rawHeaders[i + 1] ?? '');
        }
        noteExchange({
          url,
          sent: { authorization: options.headers.authorization, body },
          received: { headers, text },
        });
        resolve({
          status: response.statusCode ?? 0,
          headers,
          text,
          json: () => Object(JSON.parse(text)),
        });
      });
    });
    sent.once('error', reject);
    sent.end(body);
  });
}

const FORM = 'application/x-www-form-urlencoded';

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
