import { createSocket } from 'node:dgram';
import { once } from 'node:events';

/** Answers TXT questions from a few names, and knows which names have only others below them (RFC 8020). */
export interface DnsServer {
  /** As a resolver takes it. */
  address: string;
  close(): Promise<void>;
}

const NO_SUCH_NAME = 3;
const FAILED = 2;

/** @param zone TXT records by name; `fails` makes it answer nothing but its own failure. */
export async function openDnsServer(
  zone: Record<string, string[]>,
  { fails = false } = {},
): Promise<DnsServer> {
  const socket = createSocket('udp4');
  socket.on('message', (question, from) => {
    socket.send(answerTo(question, fails ? undefined : zone), from.port, from.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    address: `127.0.0.1:${socket.address().port}`,
    close: () => new Promise((resolve) => void socket.close(resolve)),
  };
}

function answerTo(question: Buffer, zone: Record<string, string[]> | undefined): Buffer {
  const { name, end } = nameAt(question, 12);
  const records = zone?.[name] ?? [];
  const exists = Object.keys(zone ?? {}).some((one) => one === name || one.endsWith(`.${name}`));
  const code = zone ? (exists ? 0 : NO_SUCH_NAME) : FAILED;
  const head = Buffer.alloc(12);
  question.copy(head, 0, 0, 2);
  // An answer, asked for with recursion, which there is.
  head.writeUInt16BE(0x8180 | code, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(records.length, 6);
  return Buffer.concat([head, question.subarray(12, end + 4), ...records.map(toRecord)]);
}

function nameAt(message: Buffer, from: number): { name: string; end: number } {
  const labels: string[] = [];
  let at = from;
  for (let length = message[at] ?? 0; length > 0; length = message[at] ?? 0) {
    labels.push(message.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.').toLowerCase(), end: at + 1 };
}

/** Its name is that of the question; a text longer than 255 bytes comes in pieces. */
function toRecord(text: string): Buffer {
  const pieces = text.match(/.{1,255}/g) ?? [''];
  const data = Buffer.concat(
    pieces.map((piece) => Buffer.concat([Buffer.of(piece.length), Buffer.from(piece)])),
  );
  const head = Buffer.from([0xc0, 12, 0, 16, 0, 1, 0, 0, 0, 60, 0, 0]);
  head.writeUInt16BE(data.length, 10);
  return Buffer.concat([head, data]);
}
