import { Writable } from 'node:stream';
import { createInterface } from 'node:readline/promises';
import { CommandFailed, UsageError } from './command.ts';

/** Ctrl-C at the question. */
export class StopAsked extends Error {}

const MAX_BYTES = 4096;

/** A secret typed twice at the terminal, unseen, or one line of standard input. */
export async function askSecret(prompt: string): Promise<string> {
  if (!process.stdin.isTTY) return firstLine(process.stdin);
  const secret = await typed(`${prompt}: `);
  if ((await typed(`${prompt}, again: `)) !== secret) {
    throw new CommandFailed('The two were not the same; nothing was changed.');
  }
  return secret;
}

async function typed(question: string): Promise<string> {
  process.stderr.write(question);
  const silence = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: process.stdin, output: silence, terminal: true });
  const stop = new AbortController();
  terminal.once('SIGINT', () => stop.abort());
  terminal.once('close', () => stop.abort());
  try {
    return await terminal.question('', { signal: stop.signal });
  } catch (error) {
    throw stop.signal.aborted ? new StopAsked() : error;
  } finally {
    terminal.close();
    process.stderr.write('\n');
  }
}

/** Without its line end, which no one means to be part of a secret; spaces stay. */
export async function firstLine(input: AsyncIterable<Buffer | string>): Promise<string> {
  let text = Buffer.alloc(0);
  for await (const chunk of input) {
    text = Buffer.concat([text, Buffer.from(chunk)]);
    if (text.includes(0x0a) || text.length > MAX_BYTES) break;
  }
  const line = text.toString('utf8').split('\n', 1)[0]?.replace(/\r$/, '') ?? '';
  if (Buffer.byteLength(line) > MAX_BYTES) throw new UsageError('The line is too long.');
  if (line === '') throw new UsageError('The secret is missing: give it as one line of input.');
  return line;
}
