import { setTimeout as pause } from 'node:timers/promises';
import {
  type RedisTopology,
  startRedisCluster,
  startRedisSentinels,
} from '../../support/redis-topologies.ts';
import { openArena } from '../arena.ts';
import type { Row } from '../table.ts';
import { WIDE } from '../wide-budgets.ts';
import { openQuestions } from './questions.ts';
import { allTimes, countOf, inWords, percentile, steadyLoad } from './steady-load.ts';

const SHAPES: Record<string, () => Promise<RedisTopology>> = {
  'Sentinels, two nodes': startRedisSentinels,
  'a cluster of six': () => startRedisCluster(1),
};

/** A whole server on a Redis whose master dies, and on one whose master only stops to answer. */
export async function lostMaster(): Promise<Row[]> {
  const rows: Row[] = [];
  for (const shape of Object.keys(SHAPES)) {
    for (const how of ['killed', 'frozen'] as const) rows.push(await lose(shape, how));
  }
  return rows;
}

async function lose(shape: string, how: 'killed' | 'frozen'): Promise<Row> {
  const topology = await (SHAPES[shape] ?? startRedisSentinels)();
  const env = { REDIS_URL: topology.url, GATEHOUSE_BUDGETS: WIDE };
  const arena = await openArena('postgres', env, { servers: 1 });
  try {
    const questions = await openQuestions(arena);
    const pages = steadyLoad(20, questions.page);
    const tokens = steadyLoad(20, questions.clientCredentials);
    await pause(2000);
    const master = await topology.masterOf('any key');
    const [died, lastFailed] = [performance.now(), failures(pages.seen)];
    if (how === 'killed') await master.stop();
    else master.freeze();
    await pause(12_000);
    const healedMs = lastFailed() - died;
    const [page, token] = await Promise.all([pages.stop(), tokens.stop()]);
    return {
      proof: `the master of Redis is ${how} (${shape})`,
      expected: 'tokens 200; pages 503 for 6 s at most, each answered within 2 s',
      seen: `client credentials ${inWords(token)}; the page to sign in ${inWords(page)}, well again ${(healedMs / 1000).toFixed(1)} s after`,
      holds:
        countOf(token, 200) === allTimes(token).length &&
        countOf(page, 200) + countOf(page, 503) === allTimes(page).length &&
        percentile(allTimes(page), 1) <= 2000 &&
        healedMs <= 6000,
    };
  } finally {
    await arena.close();
    await topology.stop();
  }
}

/** When the last one failed that was not answered 200. */
function failures(seen: { ms: Record<number, number[]> }): () => number {
  let [count, at] = [0, performance.now()];
  const look = setInterval(() => {
    const failed = Object.entries(seen.ms)
      .filter(([status]) => status !== '200')
      .reduce((sum, [, { length }]) => sum + length, 0);
    if (failed > count) [count, at] = [failed, performance.now()];
  }, 20);
  return () => {
    clearInterval(look);
    return at;
  };
}
