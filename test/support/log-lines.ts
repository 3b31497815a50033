import { Writable } from 'node:stream';

/** Everything that was logged, line by line, to be read and searched by a test. */
export interface LogLines {
  stream: Writable;
  text(): string;
  entries(): Record<string, unknown>[];
}

export function collectLog(): LogLines {
  const chunks: string[] = [];
  const text = () => chunks.join('');
  return {
    stream: new Writable({
      write(chunk, _encoding, done) {
        chunks.push(String(chunk));
        done();
      },
    }),
    text,
    entries: () =>
      text()
        .split('\n')
        .filter(Boolean)
        .map((line): Record<string, unknown> => Object(JSON.parse(line))),
  };
}
