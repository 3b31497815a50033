import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

/** What a real mail server took in. */
export interface TakenMail {
  from: string;
  to: string[];
  /** As it came over the wire. */
  source: string;
  /** Unfolded, in order. */
  headers: string[];
}

export interface MailServer {
  url: string;
  host: string;
  port: number;
  taken: TakenMail[];
  /** How many mails it was offered, taken or not. */
  offered(): number;
  /** As if it had never been asked. */
  forget(): void;
  close(): Promise<void>;
}

/** How it answers: by recipient, or once it has read the whole mail. */
export interface Manner {
  recipient?: (address: string) => Error | 'hang' | undefined;
  mail?: (taken: TakenMail) => Error | 'hang' | 'drop' | undefined;
  /** How long it thinks about each mail that it has read. */
  slowMs?: number;
  options?: SMTPServerOptions;
}

export const saying = (responseCode: number, sentence: string): Error =>
  Object.assign(new Error(sentence), { responseCode });

export async function openMailServer(manner: Manner = {}, at = 0): Promise<MailServer> {
  const taken: TakenMail[] = [];
  let offered = 0;
  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    logger: false,
    closeTimeout: 100,
    disableReverseLookup: true,
    onRcptTo({ address }, _session, done) {
      offered += 1;
      const answer = manner.recipient?.(address);
      if (answer !== 'hang') done(answer);
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const mail = toMail(Buffer.concat(chunks).toString(), session.envelope);
        const answer = manner.mail?.(mail);
        if (answer === 'drop') cut(session);
        else if (answer !== 'hang') {
          if (!answer) taken.push(mail);
          setTimeout(() => done(answer), manner.slowMs ?? 0);
        }
      });
    },
    ...manner.options,
  });
  const cut = (session: { id: string }) => {
    for (const connection of server.connections) {
      if (connection.id === session.id) connection.close();
    }
  };
  server.on('error', () => {});
  server.listen(at, '127.0.0.1');
  await once(server.server, 'listening');
  const address: AddressInfo | string | null = server.server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    url: `smtp://127.0.0.1:${port}`,
    host: '127.0.0.1',
    port,
    taken,
    offered: () => offered,
    forget() {
      taken.length = 0;
      offered = 0;
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function toMail(
  source: string,
  envelope: { mailFrom: false | { address: string }; rcptTo: { address: string }[] },
): TakenMail {
  const [head = ''] = source.split('\r\n\r\n', 1);
  return {
    from: envelope.mailFrom ? envelope.mailFrom.address : '',
    to: envelope.rcptTo.map(({ address }) => address),
    source,
    headers: head.replaceAll(/\r\n[ \t]+/g, ' ').split('\r\n'),
  };
}
