import { randomBytes } from 'node:crypto';
import type { ChangeFeed } from '../../src/changes/change-feed.ts';
import { deriveKeys } from '../../src/crypto/derived-keys.ts';
import { type OpenKeyRing, openKeyRing } from '../../src/keys/open-key-ring.ts';
import { localHome } from '../../src/keys/local-home.ts';
import type { KeyCareDeps } from '../../src/keys/make-keys.ts';
import { type KeyState, standings } from '../../src/keys/rotation.ts';
import { type Durable, durablePorts } from '../../src/stores/postgres/durable.ts';
import { freshDatabase } from '../support/database.ts';

export const newSecret = () => randomBytes(32).toString('base64');

export const MINUTE_S = 60;
export const HOUR_S = 3600;
export const DAY_S = 86_400;

/** A fresh database with its keys, a clock that can be turned, and as many rings on it as a test wants. */
export async function keyHouse(secrets = [newSecret()]) {
  const database = await freshDatabase();
  const ports = durablePorts(database.prisma);
  const rings: OpenKeyRing[] = [];
  const faults: unknown[] = [];
  let turned = 0;
  const now = () => new Date(Date.now() + turned);
  const lifetimes = { jwksS: 10 * MINUTE_S, tokenS: HOUR_S, signingS: 90 * DAY_S };

  const atomically = <T>(work: (ports: Durable) => Promise<T>): Promise<T> =>
    database.prisma.$transaction((tx) => work(durablePorts(tx)));

  function depsFor(known: string[]): KeyCareDeps {
    const { encryption } = deriveKeys(known);
    return {
      signingKeys: ports.signingKeys,
      atomically,
      encryption,
      home: localHome(encryption),
      lifetimes,
      by: { actor: 'system' },
      now,
    };
  }

  const deps = depsFor(secrets);
  return {
    ...ports,
    database,
    deps,
    depsFor,
    faults,
    now,
    turn: (seconds: number) => {
      turned += seconds * 1000;
    },
    async openRing(given: Partial<Parameters<typeof openKeyRing>[0]> = {}) {
      const ring = await openKeyRing({
        ...deps,
        changes: silentFeed(),
        onFault: (error) => faults.push(error),
        ...given,
      });
      rings.push(ring);
      return ring;
    },
    async kid(state: KeyState): Promise<string> {
      const all = standings(await ports.signingKeys.list(), lifetimes, now());
      return all.find((one) => one.state === state)?.key.kid ?? `no ${state} key`;
    },
    async events(): Promise<string[]> {
      const entries = await ports.audit.list({ limit: 100 });
      return entries.map(({ name, details }) => `${name} ${String(details['kid'])}`).toReversed();
    },
    async close() {
      for (const ring of rings) ring.close();
      await database.close();
    },
  };
}

export type KeyHouse = Awaited<ReturnType<typeof keyHouse>>;

/** A feed whose connection is away: whoever listens must ask the store. */
export function silentFeed(): ChangeFeed {
  return { onChange: () => () => {}, isFresh: () => false };
}

export interface KeySet {
  keys: Record<string, string>[];
}

export function keysIn({ body }: { body: Buffer }): KeySet['keys'] {
  const { keys }: KeySet = JSON.parse(body.toString());
  return keys;
}
