import { jest } from '@jest/globals';
import { Agent } from 'node:http';
import { readFileSync, readdirSync } from 'node:fs';
import { within } from '../oidc/application.ts';
import { figuresIn, sumOf } from '../support/figures.ts';
import { freePort, send } from '../support/http.ts';
import { type ServerProcess, startServer } from '../support/server-process.ts';

// Real processes, several at a time, beside other tests.
jest.setTimeout(120_000);

it('shares its port among processes, replaces one that is killed, and drains them all', async () => {
  const metricsPort = await freePort();
  const env = { GATEHOUSE_WORKERS: '2', METRICS_PORT: String(metricsPort) };
  const server = await startServer({ env });
  await until(server, () => server.stdout().startsWith('Gatehouse is ready'));
  const before = workersOf(server);
  expect(before).toHaveLength(2);

  const [victim = 0, survivor = 0] = before;
  process.kill(victim, 'SIGKILL');
  await until(server, () => workersOf(server).length === 2 && !workersOf(server).includes(victim));
  expect(workersOf(server)).toContain(survivor);
  expect(await answers(server, 20)).toEqual(Array(20).fill(200));

  // Their leader tells of both as of one.
  const told = await send(`http://127.0.0.1:${metricsPort}/metrics`);
  const asked = { route: '/jwks', status: '200' };
  expect(sumOf(figuresIn(told.text), 'gatehouse_http_requests_total', asked)).toBe(20);
  const health = () => send(`http://127.0.0.1:${metricsPort}/health`);
  expect(await within(30_000, async () => (await health()).status === 200)).toBe(true);
  const each = { status: 'open', changesHeard: true };
  expect((await health()).json()).toMatchObject({ status: 'ok', processes: [each, each] });

  expect(await server.stop()).toBe(0);
  expect(workersOf(server)).toEqual([]);
});

it('leaves cleanly when the whole group is interrupted, as by a terminal', async () => {
  const server = await startServer({ env: { GATEHOUSE_WORKERS: '2' } });
  for (const worker of workersOf(server)) process.kill(worker, 'SIGINT');
  expect(await server.stop('SIGINT')).toBe(0);
});

async function answers(server: ServerProcess, count: number): Promise<number[]> {
  const agent = new Agent({ keepAlive: false });
  const all = Array.from({ length: count }, () => server.ask('/jwks', { agent }));
  return (await Promise.all(all)).map(({ status }) => status);
}

/** The children that run our program; the embedded database runs another. */
function workersOf({ child }: ServerProcess): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => parentOf(pid) === child.pid && commandOf(pid).includes('start.js'))
    .map(Number);
}

function parentOf(pid: string): number {
  return Number(/^PPid:\s+(\d+)/m.exec(read(`/proc/${pid}/status`))?.[1]);
}

const commandOf = (pid: string) => read(`/proc/${pid}/cmdline`);

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** Fails with what the server said. */
async function until(server: ServerProcess, isSo: () => boolean): Promise<void> {
  if (await within(60_000, async () => isSo())) return;
  throw new Error(`It never was: ${isSo.toString()}\n${server.stdout()}${server.stderr()}`);
}
