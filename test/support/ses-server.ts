import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import { z } from 'zod';
import { freePort } from './http.ts';

/** What Amazon SES was asked to send. */
export interface SesMail {
  from: string;
  to: string[];
  source: string;
  /** Unfolded, in order. */
  headers: string[];
  tags: Record<string, string>;
  authorization: string;
}

/** As SES v2 answers in REST: what it takes, an error by its name, or worse. */
export type SesAnswer =
  | 'taken'
  | { status: number; error: string; message?: string }
  | 'silence'
  | 'end'
  | 'taken, then end';

export interface SesServer {
  url: string;
  taken: SesMail[];
  asked(): number;
  close(): Promise<void>;
}

const sendEmail = z.object({
  FromEmailAddress: z.string(),
  Destination: z.object({ ToAddresses: z.array(z.string()) }),
  Content: z.object({ Raw: z.object({ Data: z.base64() }) }),
  EmailTags: z.array(z.object({ Name: z.string(), Value: z.string() })).default([]),
});

export async function openSesServer(answer: () => SesAnswer = () => 'taken'): Promise<SesServer> {
  const taken: SesMail[] = [];
  let asked = 0;
  const take = async (request: IncomingMessage, response: ServerResponse) => {
    const mail = await read(request);
    const said = answer();
    if (said === 'taken' || said === 'taken, then end') taken.push(mail);
    reply(response, said);
  };
  const server = createServer((request, response) => {
    asked += 1;
    void take(request, response);
  });
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${port}`,
    taken,
    asked: () => asked,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function reply(response: ServerResponse, said: SesAnswer): void {
  if (said === 'silence') return;
  if (said === 'end' || said === 'taken, then end') {
    response.socket?.destroy();
    return;
  }
  response.setHeader('Content-Type', 'application/json');
  if (said === 'taken') {
    response.end(JSON.stringify({ MessageId: '0100018f-00000000' }));
    return;
  }
  response.writeHead(said.status, { 'x-amzn-ErrorType': said.error });
  response.end(JSON.stringify({ message: said.message ?? said.error }));
}

async function read(request: IncomingMessage): Promise<SesMail> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  if (request.method !== 'POST' || request.url !== '/v2/email/outbound-emails') {
    throw new Error(`SES knows no ${request.method} ${request.url}`);
  }
  const asked = sendEmail.parse(JSON.parse(Buffer.concat(chunks).toString()));
  const source = Buffer.from(asked.Content.Raw.Data, 'base64').toString();
  const [head = ''] = source.split('\r\n\r\n', 1);
  return {
    from: asked.FromEmailAddress,
    to: asked.Destination.ToAddresses,
    source,
    headers: head.replaceAll(/\r\n[ \t]+/g, ' ').split('\r\n'),
    tags: Object.fromEntries(asked.EmailTags.map(({ Name, Value }) => [Name, Value])),
    authorization: request.headers.authorization ?? '',
  };
}
