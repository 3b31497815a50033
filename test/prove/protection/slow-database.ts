import { setTimeout as pause } from 'node:timers/promises';
import { Client, type ClientConfig } from 'pg';
import { type TcpProxy, tcpProxy } from '../../support/tcp-proxy.ts';
import { type Arena, openArena } from '../arena.ts';
import type { Row } from '../table.ts';
import { WIDE } from '../wide-budgets.ts';
import { residentMb, watchMemory } from './memory.ts';
import { type Questions, openQuestions } from './questions.ts';
import {
  type Seen,
  allTimes,
  ask,
  closedLoop,
  countOf,
  inWords,
  percentile,
  steadyLoad,
} from './steady-load.ts';

const WAY_AND_BACK_MS = 400;
const STORM = 300;

/** 200 ms there and 200 ms back: what can be done is done in time, and what cannot does not pile up. */
export async function slowDatabase(seconds = 15): Promise<Row[]> {
  const ways: TcpProxy[] = [];
  const through = async ({ host, user, database }: ClientConfig) => {
    const way = await tcpProxy({ path: `${host}/.s.PGSQL.5432` });
    ways.push(way);
    return `postgres://${user}@127.0.0.1:${way.port}/${database}`;
  };
  const arena = await openArena('redis', { GATEHOUSE_BUDGETS: WIDE }, { servers: 1, through });
  try {
    const questions = await openQuestions(arena);
    await closedLoop(16, 5, questions.me);
    const beforeMb = residentMb(arena.servers[0]?.child.pid);
    for (const way of ways) way.delay(WAY_AND_BACK_MS);
    await pause(1000);
    const half = await atHalf(questions, seconds);
    const most = watchMemory(arena.servers[0]?.child.pid);
    const stormed = await inStorm(questions, seconds);
    for (const way of ways) way.heal();
    return [half, stormRow(stormed, most() - beforeMb, await untilUsual(questions))];
  } finally {
    for (const way of ways) way.heal();
    await arena.close();
    for (const way of ways) await way.close();
  }
}

async function atHalf(questions: Questions, seconds: number): Promise<Row> {
  const all = await closedLoop(16, 6, questions.me);
  const able = countOf(all, 200) / 6;
  const half = steadyLoad(able / 2, questions.me);
  await pause(seconds * 1000);
  const seen = await half.stop();
  return {
    proof: 'PostgreSQL 200 ms away each way: /me at half of what it then can',
    expected: 'p99 of 2 s at most, each answered 200',
    seen: `${able.toFixed(0)}/s at most; at half: ${inWords(seen)}`,
    holds: percentile(allTimes(seen), 0.99) <= 2000 && isWell(seen),
  };
}

interface Stormed {
  me: Seen;
  jwks: Seen;
  ready: Seen;
}

async function inStorm(questions: Questions, seconds: number): Promise<Stormed> {
  const me = steadyLoad(STORM, questions.me);
  const jwks = steadyLoad(5, questions.jwks);
  const ready = steadyLoad(2, questions.ready);
  await pause(seconds * 1000);
  return { me: await me.stop(), jwks: await jwks.stop(), ready: await ready.stop() };
}

function stormRow({ me, jwks, ready }: Stormed, grownMb: number, recoveredMs: number): Row {
  const answered = countOf(me, 200) + countOf(me, 503) === allTimes(me).length;
  return {
    proof: `the same, asked for ${STORM} /me a second`,
    expected:
      'each answered 200 or 503 within 3 s, memory up by less than 50 MB, /jwks and health 200, usual within 2 s',
    seen:
      `${inWords(me)}; /jwks ${inWords(jwks)}; /health/ready ${inWords(ready)}; ` +
      `${Math.round(grownMb)} MB more; usual again after ${Math.round(recoveredMs)} ms`,
    holds:
      [answered, isWell(jwks), isWell(ready)].every(Boolean) &&
      Math.max(...allTimes(me)) <= 3000 &&
      grownMb < 50 &&
      recoveredMs <= 2000,
  };
}

const isWell = (seen: Seen) => countOf(seen, 200) === allTimes(seen).length;

async function untilUsual(questions: Questions): Promise<number> {
  const healed = performance.now();
  for (;;) {
    const from = performance.now();
    const status = await ask(questions.me());
    if (status === 200 && performance.now() - from < 200) return performance.now() - healed;
    await pause(20);
  }
}

const HELD_MS = 8000;

/** Every connection of a small pool waits for somebody else's lock. */
export async function poolExhausted(): Promise<Row> {
  const configs: ClientConfig[] = [];
  const through = async (config: ClientConfig) => {
    configs.push(config);
    return `postgres://${config.user}@${encodeURIComponent(config.host ?? '')}/${config.database}`;
  };
  const env = { GATEHOUSE_BUDGETS: WIDE, DATABASE_POOL: '2' };
  const arena = await openArena('redis', env, { servers: 1, through });
  try {
    return await heldUp(arena, configs[0] ?? {});
  } finally {
    await arena.close();
  }
}

async function heldUp(arena: Arena, config: ClientConfig): Promise<Row> {
  const questions = await openQuestions(arena);
  const holder = new Client(config);
  await holder.connect();
  await holder.query('BEGIN; LOCK TABLE grants IN ACCESS EXCLUSIVE MODE');
  const waiting = steadyLoad(50, questions.me);
  // By then the line is long, and who asks for tokens was never heard of here.
  await pause(1000);
  const loads = [
    waiting,
    steadyLoad(20, questions.clientCredentials),
    steadyLoad(4, questions.ready),
  ];
  await pause(HELD_MS);
  const seen = Promise.all(loads.map((load) => load.stop()));
  await holder.end();
  const released = performance.now();
  while ((await ask(questions.me())) !== 200) await pause(20);
  const recoveredMs = performance.now() - released;
  const [held, tokens, ready] = await seen;
  if (!held || !tokens || !ready) throw new Error('Nothing was seen.');
  const others = [tokens, ready];
  return {
    proof: `both connections of a pool wait for a lock for ${HELD_MS / 1000} s`,
    expected: 'who needs it: 503 within 3 s; others and health 200; usual again within 2 s',
    seen: `/me ${inWords(held)}; client credentials ${inWords(tokens)}; /health/ready ${inWords(ready)}; ${Math.round(recoveredMs)} ms`,
    holds: Math.max(...allTimes(held)) <= 3000 && others.every(isWell) && recoveredMs <= 2000,
  };
}
