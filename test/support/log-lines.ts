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

/** Fails when one of the secrets stands in the text, as it is or percent-encoded. Says which by its name alone. */
export function expectNoSecrets(text: string, secrets: Record<string, string>): void {
  const found = Object.entries(secrets)
    .filter(([, secret]) => text.includes(secret) || text.includes(encodeURIComponent(secret)))
    .map(([name]) => name);
  expect(found).toEqual([]);
}
