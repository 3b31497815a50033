import { fork } from 'node:child_process';
import { once } from 'node:events';
import { type Question, type Seen, closedLoop } from './steady-load.ts';

interface Storm {
  question: Question;
  callers: number;
  seconds: number;
}

/** A storm from a process of its own: whoever measures what others notice of it must not be busy with it. */
export async function stormFromOutside(storm: Storm): Promise<Seen> {
  const child = fork(import.meta.filename, [JSON.stringify(storm)], { execArgv: [] });
  const [seen]: Seen[] = await once(child, 'message');
  if (!seen) throw new Error('Nothing was seen of the storm.');
  return seen;
}

if (process.argv[1] === import.meta.filename && process.send) {
  const { question, callers, seconds }: Storm = JSON.parse(process.argv[2] ?? '');
  const seen = await closedLoop(callers, seconds, () => question);
  process.send(seen, () => process.exit(0));
}
