import { createWriteStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { type SnapshotPart, SnapshotTorn, snapshotPart } from './snapshot.ts';

/** A line of JSON a part, compressed; readable by its owner only. It is there whole, or not at all. */
export async function writeSnapshotFile(
  path: string,
  parts: AsyncIterable<SnapshotPart>,
): Promise<void> {
  const unfinished = `${path}.unfinished`;
  try {
    await pipeline(
      Readable.from(lines(parts)),
      createGzip(),
      createWriteStream(unfinished, { mode: 0o600, flush: true }),
    );
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}

export async function* readSnapshotFile(path: string): AsyncGenerator<SnapshotPart> {
  let rest = '';
  for await (const text of unpacked(path)) {
    const whole = (rest + text).split('\n');
    rest = whole.pop() ?? '';
    for (const line of whole) yield readPart(line);
  }
}

/** A file that is absent is an error of its own; one that does not unpack is torn. */
async function* unpacked(path: string): AsyncGenerator<string> {
  const file = await open(path);
  const unpacking = createGunzip().setEncoding('utf8');
  const piped = pipeline(file.createReadStream(), unpacking).catch(() => undefined);
  try {
    yield* unpacking;
  } catch {
    throw new SnapshotTorn();
  }
  await piped;
}

async function* lines(parts: AsyncIterable<SnapshotPart>): AsyncGenerator<string> {
  for await (const part of parts) yield `${JSON.stringify(part)}\n`;
}

function readPart(line: string): SnapshotPart {
  try {
    return snapshotPart.parse(JSON.parse(line));
  } catch {
    throw new SnapshotTorn();
  }
}
