/** The driver of the load, a process of its own: what it costs is nobody else's cost. Does what it is asked, one thing at a time. */
import { type Connection, openConnection } from './keep-alive.ts';
import {
  type Audience,
  type Caller,
  OutOfStock,
  PATHS,
  type Path,
  arrive,
  meetClients,
} from './paths.ts';
import { TurnedAway } from './visitor.ts';
import { median } from '../prove/statistics.ts';

export interface Gathering {
  port: number;
  accounts: number;
  /** Every client shows up once. */
  clients: number;
  visitors: number;
}

export interface Run {
  port: number;
  path: string;
  callers: number;
  seconds: number;
  clients: number;
  /** So many requests a second altogether, however long each takes. Without it each caller asks as fast as it is answered. */
  pace?: number;
  /** What others do meanwhile. */
  beside?: { path: string; callers: number };
}

export interface Ran {
  operations: number;
  /** Until the last answer. */
  seconds: number;
  p50Ms: number;
  p99Ms: number;
}

export type Order =
  | { order: 'gather'; gathering: Gathering }
  | { order: 'stock'; run: Run; times: number }
  | { order: 'run'; run: Run };

const audiences = new Map<number, Audience>();
const connections = new Map<string, Connection[]>();
const stocks = new Map<string, string[]>();
const NOBODY: Audience = { visitors: [], accounts: 0, clients: 1, marks: new Map() };

async function gather({ port, accounts, clients, visitors: count }: Gathering): Promise<void> {
  const open = await connectionsTo(port, 'gathering', 4);
  const visitors: Audience['visitors'] = [];
  const step = Math.floor(accounts / count);
  await Promise.all(
    open.map(async (connection, at) => {
      for (let n = at; n < count; n += open.length) {
        visitors[n] = await patiently(() => arrive(connection, { person: n * step, client: 0 }));
      }
    }),
  );
  const [first] = open;
  if (first && clients > 1) await meetClients(first, clients);
  audiences.set(port, { visitors, accounts, clients: 1, marks: new Map() });
}

/** A server that is only now open may have its stores to find first. */
async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof TurnedAway) || tries === MOST_TRIES) throw error;
      await new Promise((resolve) => void setTimeout(resolve, AGAIN_MS));
    }
  }
}

const MOST_TRIES = 40;

/** Kept, and opened before any time is taken: no run begins with handshakes. */
async function connectionsTo(port: number, purpose: string, count: number): Promise<Connection[]> {
  const key = `${port} ${purpose}`;
  const open = connections.get(key) ?? [];
  connections.set(key, open);
  for (let at = 0; at < count; at += 1) {
    const kept = open[at];
    if (kept && !kept.isStale()) continue;
    kept?.close();
    open[at] = await openConnection(port);
  }
  return open.slice(0, count);
}

async function callersOf(
  run: Pick<Run, 'port' | 'path' | 'callers' | 'clients'>,
): Promise<Caller[]> {
  const open = await connectionsTo(run.port, run.path, run.callers);
  const audience = { ...(audiences.get(run.port) ?? NOBODY), clients: run.clients };
  return open.map((connection, index) => {
    const key = `${run.port} ${index}`;
    const codes = stocks.get(key) ?? [];
    stocks.set(key, codes);
    return { connection, index, audience, codes };
  });
}

function pathOf(name: string): Path {
  const path = PATHS[name];
  if (!path) throw new Error(`there is no path ${name}`);
  return path;
}

async function stock(run: Run, times: number): Promise<void> {
  const path = pathOf(run.path);
  const callers = await callersOf(run);
  await Promise.all(callers.map(async (caller) => path.stock?.(caller, times)));
}

async function drive(run: Run): Promise<Ran> {
  const beside = run.beside && (await callersOf({ ...run, ...run.beside }));
  const callers = await callersOf(run);
  const startedAt = performance.now();
  const until = startedAt + run.seconds * 1000;
  const others = beside?.map((caller) => repeat(caller, run.beside?.path ?? '', until, []));
  const times: number[] = [];
  if (run.pace) await paced(callers, run, until, times);
  else await Promise.all(callers.map((caller) => repeat(caller, run.path, until, times)));
  const seconds = (performance.now() - startedAt) / 1000;
  await Promise.all(others ?? []);
  return {
    operations: times.length,
    seconds,
    p50Ms: median(times),
    p99Ms: percentile(times, 0.99),
  };
}

async function repeat(caller: Caller, name: string, until: number, times: number[]): Promise<void> {
  const path = pathOf(name);
  try {
    for (let now = performance.now(); now < until; now = performance.now()) {
      if (await servedBy(path, caller)) times.push(performance.now() - now);
    }
  } catch (error) {
    if (!(error instanceof OutOfStock)) throw error;
  }
}

/** Whoever is turned away comes again a little later, and counts as nothing. */
async function servedBy(path: Path, caller: Caller): Promise<boolean> {
  try {
    await path.once(caller);
    return true;
  } catch (error) {
    if (!(error instanceof TurnedAway)) throw error;
    await new Promise((resolve) => void setTimeout(resolve, AGAIN_MS));
    return false;
  }
}

const AGAIN_MS = 250;

/** Timers of this process may be late while the machine is full: the time of an answer begins when it was asked. */
async function paced(callers: Caller[], run: Run, until: number, times: number[]): Promise<void> {
  const path = pathOf(run.path);
  const gapMs = 1000 / (run.pace ?? 1);
  let due = performance.now();
  await Promise.all(
    callers.map(async (caller) => {
      while (due < until) {
        const mine = due;
        due += gapMs;
        const waitMs = mine - performance.now();
        if (waitMs > 0) await new Promise((resolve) => void setTimeout(resolve, waitMs));
        const asked = performance.now();
        if (await servedBy(path, caller)) times.push(performance.now() - asked);
      }
    }),
  );
}

function percentile(times: number[], share: number): number {
  const sorted = times.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}

async function obey(order: Order): Promise<Ran | undefined> {
  if (order.order === 'gather') await gather(order.gathering);
  else if (order.order === 'stock') await stock(order.run, order.times);
  else return drive(order.run);
  return undefined;
}

process.on('message', (order: Order) => {
  obey(order).then(
    (ran) => process.send?.({ ran }),
    (error: unknown) => process.send?.({ failed: String(Object(error).stack ?? error) }),
  );
});
process.once('disconnect', () => process.exit(0));
