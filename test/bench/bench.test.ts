import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Figure, Report } from './figures.ts';
import { verdictsOn } from './goals.ts';
import { openConnection } from './keep-alive.ts';
import { readOptions } from './options.ts';
import { machineTime, workedUs } from './processor-time.ts';
import { medianOf } from './figures.ts';
import type { Sample } from './sample.ts';

/* What the bench reckons with. It runs by itself as `npm run bench`. */

const SAMPLE: Sample = {
  operations: 1000,
  perSecond: 1000,
  p50Ms: 10,
  p99Ms: 20,
  serverUs: 400,
  storesUs: 100,
  driverUs: 30,
  disturbance: 0,
};

const FIGURE: Figure = {
  ...SAMPLE,
  path: 'me',
  clients: 1,
  accounts: 1000,
  workers: 1,
  limit: 'hello',
  ratio: 0.3,
};

function verdictsFor(...figures: Figure[]) {
  const limits = { hello: SAMPLE, signature: SAMPLE, argon2: SAMPLE };
  const machine = { processor: '', cores: 2, memoryGb: 1, system: '', node: '' };
  const report: Report = { machine, repeats: 1, seconds: 1, limits, figures };
  return verdictsOn(report).map(({ promise, verdict }) => `${promise}: ${verdict}`);
}

it('holds each path against its promise', () => {
  expect(verdictsFor(FIGURE)).toEqual(['share of Koa "hello", of /me: least']);
  expect(verdictsFor({ ...FIGURE, ratio: 0.1 })).toEqual(['share of Koa "hello", of /me: missed']);
});

it('compares more accounts by latency, and more workers by requests', () => {
  const more = { ...FIGURE, accounts: 1_000_000, p50Ms: 13 };
  const two = { ...FIGURE, workers: 2, perSecond: 1900 };
  expect(verdictsFor(FIGURE, more, two).slice(1)).toEqual([
    'me: latency with 1000000 accounts against 1000: missed',
    'me: requests with 2 workers against 1: goal',
  ]);
});

it('tells the median of every number by itself', () => {
  const samples = [1, 9, 2].map((p50Ms) => ({ ...SAMPLE, p50Ms, p99Ms: 10 - p50Ms }));
  expect(medianOf(samples)).toMatchObject({ p50Ms: 2, p99Ms: 8 });
});

it('refuses what makes no sense', () => {
  expect(readOptions(['--paths', 'nowhere'])).toContain('nowhere');
  expect(readOptions(['--repeats', '0'])).toContain('greater than 0');
  expect(readOptions(['--quick', '--repeats', '2'])).toMatchObject({ repeats: 2, workers: [1] });
});

it('sees what a process works', () => {
  const before = { worked: workedUs([process.pid]), machine: machineTime() };
  for (const until = performance.now() + 50; performance.now() < until;) Math.random();
  expect(workedUs([process.pid]) - before.worked).toBeGreaterThan(1000);
  expect(machineTime().totalUs).toBeGreaterThan(before.machine.totalUs);
});

it('keeps a connection, and waits for the whole answer', async () => {
  const body = 'x'.repeat(200_000);
  const server = createServer((request, response) => {
    response.setHeader('Content-Length', body.length);
    response.end(request.url === '/long' ? body : 'y'.repeat(body.length));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const connection = await openConnection(typeof address === 'object' ? (address?.port ?? 0) : 0);
  const first = await connection.ask('GET /long HTTP/1.1\r\nHost: localhost\r\n\r\n');
  const second = await connection.ask('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
  expect(first).toMatchObject({ status: 200, body });
  expect(second.body).toHaveLength(body.length);
  connection.close();
  await new Promise((resolve) => void server.close(resolve));
});
