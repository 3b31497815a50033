import { openApp } from '../../src/app.ts';
import { keyLifetimes } from '../../src/keys/key-lifetimes.ts';
import type { KeyRing } from '../../src/keys/key-ring.ts';
import { openNotices } from '../../src/doctor/notices.ts';
import { openKeyRing } from '../../src/keys/open-key-ring.ts';
import { openLogger } from '../../src/logging/logger.ts';
import { listen } from '../../src/process/doors.ts';
import { type Furniture, furnishRooms } from '../../src/rooms.ts';
import { openDatabase } from '../../src/stores/postgres/database.ts';
import { postgresJobs } from '../../src/stores/postgres/jobs.ts';
import { postgresCodeExchanges } from '../../src/stores/postgres/code-exchanges.ts';
import { protocolPorts } from '../../src/stores/postgres/protocol.ts';
import { redisArtifacts } from '../../src/stores/redis/artifacts.ts';
import { redisCounters } from '../../src/stores/redis/counters.ts';
import { openRedis } from '../../src/stores/redis/connection.ts';
import { furnish } from '../../src/furnish.ts';
import { silentFeed } from '../keys/key-house.ts';
import type { TestHouse } from '../support/house.ts';
import { type Answer, type Asked, freePort, send } from '../support/http.ts';
import { collectLog } from '../support/log-lines.ts';

/** A second server of the same house, on connections of its own, parts of which can be made to fail. */
export interface Replica {
  ask(path: string, asked?: Asked): Promise<Answer>;
  /** What is asked here can be broken; it is looked up at each call. */
  parts: Furniture;
  close(): Promise<void>;
}

export interface ReplicaOptions {
  /** Before its database. */
  proxy?: { port: number };
  /** How long it lets the winner of a code take to answer. */
  takeOverS?: number;
}

export async function openReplica(
  { settings, issuer }: TestHouse,
  { proxy, takeOverS }: ReplicaOptions = {},
): Promise<Replica> {
  const config = { connectionString: address(settings, proxy).href };
  const database = openDatabase(config, { max: 20 });
  const jobs = postgresJobs({ config, worker: false, onError: () => {} });
  const house = furnish(settings, { database, jobs });
  const redis = settings.REDIS_URL ? await openRedis(settings.REDIS_URL) : undefined;
  const ring = await openKeyRing({
    ...house,
    encryption: house.keys.encryption,
    lifetimes: keyLifetimes(settings),
    changes: silentFeed(),
    onFault: () => {},
  });
  const parts: Furniture = {
    ring: loose(ring),
    changes: { onChange: () => () => {}, isFresh: () => true },
    ...protocolPorts(database.pool),
    codeExchanges: postgresCodeExchanges(database.pool, takeOverS),
    ...(redis && { artifacts: redisArtifacts(redis), counters: redisCounters(redis) }),
  };
  const { rooms, errorPage } = await furnishRooms(house, parts);
  const log = openLogger({ level: 'silent', to: collectLog().stream });
  const health = { isReady: async () => true };
  const app = openApp(
    { settings, log, notices: openNotices(log), health, errorPage, now: () => new Date() },
    rooms,
  );
  const at = { port: await freePort(), host: '127.0.0.1' };
  const doors = await listen(at, { connections: 1000 }, app.callback());
  return {
    ask: (path, asked = {}) =>
      send(`http://127.0.0.1:${doors.port}${path}`, {
        ...asked,
        headers: { host: new URL(issuer).host, ...asked.headers },
      }),
    parts,
    async close() {
      await doors.drain(1000);
      ring.close();
      redis?.disconnect();
      await jobs.close();
      await database.close();
    },
  };
}

/** Of the house's database; or of a proxy before it. */
function address({ DATABASE_URL }: TestHouse['settings'], way?: { port: number }): URL {
  const url = new URL(String(DATABASE_URL));
  return way ? new URL(`postgres://${url.username}@127.0.0.1:${way.port}${url.pathname}`) : url;
}

/** With `sign` as a property that can be replaced. */
function loose(ring: KeyRing): KeyRing {
  return Object.assign(Object.create(ring), { sign: ring.sign.bind(ring) });
}
