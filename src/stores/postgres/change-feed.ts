import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client, ClientConfig } from 'pg';
import type { Change, ChangeFeed } from '../../changes/change-feed.ts';
import type { DatabaseLog } from './database.ts';
import { isRefusedLogin } from './renewing-pool.ts';
import { RoleClient } from './server-role.ts';

export interface PostgresChangeFeed extends ChangeFeed {
  close(): Promise<void>;
}

const BEAT_MS = 300;
/** Longer without a beat: what was heard may not be the whole truth. */
const FRESH_MS = 1000;
/** A beat that does not come back for so long: the connection is dead, and made anew. */
const DEAD_MS = 2000;
const CONNECT_MS = 2000;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5000;
const CLOSE_MS = 500;

/**
 * Hears what the database's triggers announce, on a connection of its own. PostgreSQL delivers announcements in the order
 * of their commits: whoever hears his own beat has heard every change that was committed before it was sent.
 */
export function postgresChangeFeed(deps: {
  /** Read anew for each connection. */
  config: ClientConfig;
  log?: DatabaseLog;
  /** Asked when the database refuses who we are. */
  renew?: (() => Promise<void>) | undefined;
}): PostgresChangeFeed {
  const listeners = new Set<(change: Change) => void>();
  let heardAt = -Infinity;
  let pauseMs = FIRST_PAUSE_MS;
  let closed = false;
  let ear: Ear | undefined;
  let next: NodeJS.Timeout | undefined;

  const emit = (change: Change) => listeners.forEach((listener) => listener(change));
  const isFresh = () => performance.now() - heardAt < FRESH_MS;

  async function listen(): Promise<void> {
    try {
      ear = await openEar(deps.config, { onBeat, onChange: emit, onDeaf });
      // Anything may have changed while nobody listened.
      if (!closed) emit({ kind: 'everything' });
      else await ear.close();
    } catch (error) {
      onDeaf(error);
    }
  }

  /** What was committed before a beat was sent has been heard with it; of what came later it says nothing. */
  function onBeat(sentAt: number): void {
    heardAt = sentAt;
    pauseMs = FIRST_PAUSE_MS;
  }

  function onDeaf(error: unknown): void {
    if (closed) return;
    heardAt = -Infinity;
    deps.log?.warn({ err: error }, 'The feed of changes was lost; caches ask the database.');
    if (isRefusedLogin(error)) void deps.renew?.();
    next = setTimeout(() => void listen(), pauseMs);
    pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
  }

  void listen();
  return {
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    isFresh,
    async close() {
      closed = true;
      clearTimeout(next);
      await ear?.close();
    },
  };
}

interface Ear {
  close(): Promise<void>;
}

interface Heard {
  onBeat(sentAt: number): void;
  onChange(change: Change): void;
  /** Once, when this connection is of no more use. */
  onDeaf(error: unknown): void;
}

async function openEar(config: ClientConfig, heard: Heard): Promise<Ear> {
  const client = new RoleClient({
    ...config,
    application_name: 'gatehouse changes',
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: DEAD_MS,
    keepAlive: true,
  });
  const beat = `gatehouse_beat_${randomUUID().replaceAll('-', '')}`;
  /** Of the one beat that is under way. */
  let sentAt: number | undefined;
  let beating: NodeJS.Timeout | undefined;
  let lost = false;

  const lose = (error: unknown) => {
    if (lost) return;
    lost = true;
    clearInterval(beating);
    void close(client);
    heard.onDeaf(error);
  };
  const send = () => {
    sentAt = performance.now();
    client.query(`NOTIFY ${beat}`).catch(lose);
  };
  const judge = () => {
    if (sentAt === undefined) send();
    else if (performance.now() - sentAt > DEAD_MS) lose(new Error('No beat came back.'));
  };
  client.on('error', (error) => beating && lose(error));
  // What changes is announced by another one then.
  client.onDemoted = () => {
    if (beating) lose(new Error(READ_ONLY));
  };
  client.on('notification', ({ channel, payload = '' }) => {
    if (lost) return;
    if (channel !== beat) return heard.onChange(toChange(payload));
    if (sentAt === undefined) return;
    heard.onBeat(sentAt);
    // On a slow way the next one is late already.
    const isSlow = performance.now() - sentAt > BEAT_MS;
    sentAt = undefined;
    if (isSlow) send();
  });
  try {
    await client.connect();
    await client.query(`LISTEN gatehouse; LISTEN ${beat}`);
    if (!client.takesWrites) throw new Error(READ_ONLY);
  } catch (error) {
    void close(client);
    throw error;
  }
  send();
  // When this process itself stood still, what came meanwhile is read before it is judged.
  beating = setInterval(() => setImmediate(judge), BEAT_MS);
  return {
    async close() {
      lost = true;
      clearInterval(beating);
      await close(client);
    },
  };
}

const READ_ONLY = 'The database takes no writes: another one may have taken over.';

/** In a black hole a connection does not end: nobody waits for that. */
async function close(client: Client): Promise<void> {
  await Promise.race([client.end().catch(() => {}), sleep(CLOSE_MS, undefined, { ref: false })]);
}

const KINDS: readonly unknown[] = ['account', 'client', 'api', 'keys'];

/** What cannot be understood may be anything. */
function toChange(payload: string): Change {
  try {
    const change: unknown = JSON.parse(payload);
    return isChange(change) ? change : { kind: 'everything' };
  } catch {
    return { kind: 'everything' };
  }
}

function isChange(value: unknown): value is Change {
  return (
    typeof value === 'object' && value !== null && 'kind' in value && KINDS.includes(value.kind)
  );
}
