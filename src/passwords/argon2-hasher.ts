import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { argon2id, hash, needsRehash, verify } from 'argon2';
import { type Watch, seen } from '../watching/watch.ts';
import { type Bounded, boundedWork } from './bounded-work.ts';
import { type PasswordHasher, TooBusy } from './hasher.ts';
import { normalized } from './policy.ts';

/** OWASP's parameters: 19 MiB, two passes, one lane; 20 to 25 ms of one core. */
export const PARAMETERS = { memoryCost: 19 * 1024, timeCost: 2, parallelism: 1 };

export interface Argon2Options {
  /** How many hashes at a time; every one takes a thread of libuv's pool. */
  atOnce: number;
  /** How long a newcomer may have to wait in line. */
  queueMs?: number;
  parameters?: typeof PARAMETERS;
  watch?: Watch | undefined;
}

export interface Argon2Hasher extends PasswordHasher {
  load: Bounded['load'];
}

export function argon2Hasher(options: Argon2Options): Argon2Hasher {
  const { atOnce, queueMs = 2000, parameters = PARAMETERS, watch } = options;
  const bounded = boundedWork({ atOnce, queueMs, guessMs: 50 });
  const nobodys = hashOfNothing(parameters);
  const inLine = <T>(name: 'hash' | 'verify', work: () => Promise<T>) =>
    bounded(() => seen(watch, { kind: 'hash', name }, work)).catch((error: unknown) => {
      if (error instanceof TooBusy) watch?.happened({ event: 'too-busy' });
      throw error;
    });
  return {
    hash: (password) =>
      inLine('hash', () => hash(normalized(password), { ...parameters, type: argon2id })),
    async verify(password, known) {
      const right = await inLine('verify', () => verify(known ?? nobodys, normalized(password)));
      return right && known !== undefined;
    },
    isOutdated: (known) => needsRehash(known, parameters),
    load: () => bounded.load(),
  };
}

/** Well-formed, and as costly to check as every other; no password fits it. */
function hashOfNothing({ memoryCost, timeCost, parallelism }: typeof PARAMETERS): string {
  const [salt, digest] = [16, 32].map((bytes) =>
    randomBytes(bytes).toString('base64').replaceAll('=', ''),
  );
  return `$argon2id$v=19$m=${memoryCost},t=${timeCost},p=${parallelism}$${salt}$${digest}`;
}

/**
 * Hashing may take the cores of one process, but never the last of libuv's four threads: signatures and
 * files share them, and 32 hashes at once make a signature wait for 170 ms.
 */
export function hashesAtOnce(processes: number): number {
  return Math.max(1, Math.min(3, Math.floor(availableParallelism() / processes)));
}
