import { hash } from 'node:crypto';

export interface BreachedOptions {
  /** Where ranges are asked for: the five characters are added to it as one more part of the path. */
  url: string;
  /** Told when the service cannot be asked; nobody waits for it longer than a second. */
  onAway: (error: unknown) => void;
}

const PATIENCE_MS = 1000;
/** A range has some thousand lines of 40 bytes. */
const MAX_BYTES = 1024 * 1024;
const PREFIX = 5;

/**
 * Whether a password stands in a collection of stolen ones, without telling it: the first five characters of its SHA-1
 * are sent, and all that begin with them come back (k-anonymity; api.pwnedpasswords.com speaks this, and mirrors of
 * it). A service that is away, slow or talks nonsense is never in the way.
 */
export function breachedPasswords({ url, onAway }: BreachedOptions) {
  return async function isBreached(password: string): Promise<boolean> {
    const sha1 = hash('sha1', password, 'hex').toUpperCase();
    try {
      const range = await ask(`${url.replace(/\/$/, '')}/${sha1.slice(0, PREFIX)}`);
      return seenIn(range, sha1.slice(PREFIX));
    } catch (error) {
      onAway(error);
      return false;
    }
  };
}

async function ask(url: string): Promise<string> {
  const answer = await fetch(url, {
    // Padded: its length tells nobody who listens which range was asked for.
    headers: { 'Add-Padding': 'true', 'User-Agent': 'gatehouse' },
    redirect: 'error',
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  if (answer.status !== 200 || !answer.body) {
    await answer.body?.cancel();
    throw new Error(`the service answered ${answer.status}`);
  }
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of answer.body) {
    length += chunk.length;
    if (length > MAX_BYTES) throw new Error('the service answers without end');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('latin1');
}

/** One line a password: the rest of its hash, and how often it was seen. Padding was seen 0 times. */
function seenIn(range: string, rest: string): boolean {
  const line = range.split(/\r?\n/).find((one) => one.toUpperCase().startsWith(`${rest}:`));
  return Number(line?.slice(rest.length + 1)) > 0;
}
