import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { ServerProcess } from '../../support/server-process.ts';
import type { Row } from '../table.ts';
import { openArena } from '../arena.ts';
import { WIDE } from '../wide-budgets.ts';
import { residentMb, watchMemory } from './memory.ts';
import { type Questions, openQuestions } from './questions.ts';
import { ask, closedLoop, steadyLoad } from './steady-load.ts';

const AT_ONCE = 100;

/**
 * What Node.js takes in a container of so much, for what is young too: told of the old alone, it would let the young grow
 * as on a large machine.
 */
const IN_512_MB = {
  GATEHOUSE_BUDGETS: WIDE,
  GATEHOUSE_MEMORY: '512',
  NODE_OPTIONS: '--max-heap-size=256',
};

/** Bodies without end, heads without end, parameters by the thousand: refused, and forgotten. */
export async function floods(secondsEach = 5): Promise<Row> {
  const arena = await openArena('redis', IN_512_MB, { servers: 1 });
  const [server] = arena.servers;
  if (!server) throw new Error('no server');
  try {
    const questions = await openQuestions(arena);
    await warm(questions);
    const beforeMb = residentMb(server.child.pid);
    const { told, mostMb } = await drown(server, secondsEach, beforeMb);
    const well = await ask(questions.clientCredentials());
    return {
      proof: `floods of ${AT_ONCE} at once, ${secondsEach} s each, in 512 MB`,
      expected: 'resident memory up by less than 50 MB, the process lives and answers 200',
      seen: `${told}; from ${Math.round(beforeMb)} MB; then ${well}`,
      holds: mostMb - beforeMb < 50 && well === 200 && server.child.exitCode === null,
    };
  } finally {
    await arena.close();
  }
}

async function drown({ issuer, port, child }: ServerProcess, seconds: number, beforeMb: number) {
  const told: string[] = [];
  const seen: number[] = [];
  for (const [name, text] of Object.entries(FLOODS)) {
    const most = watchMemory(child.pid);
    const answers = await flood(port, text(new URL(issuer).host), seconds);
    seen.push(most());
    told.push(`${name} ${answers}, ${signed((seen.at(-1) ?? 0) - beforeMb)} MB`);
  }
  return { told: told.join('; '), mostMb: Math.max(...seen) };
}

const KB = 1024;
const many = (count: number, one: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => one(index)).join('');
const posted = (host: string, path: string, more: string) =>
  `POST ${path} HTTP/1.1\r\nHost: ${host}\r\nOrigin: http://${host}\r\nContent-Type: application/x-www-form-urlencoded\r\n${more}\r\n`;
const whole = (host: string, path: string, body: string) =>
  `${posted(host, path, `Content-Length: ${body.length}\r\n`)}${body}`;

const MANY_NAMES = many(9000, (index) => `a${index}=&`).slice(0, 55 * KB);
const CHUNK = `10000\r\n${'x'.repeat(64 * KB)}\r\n`;

const FLOODS: Record<string, (host: string) => string> = {
  'a body of a gigabyte': (host) =>
    posted(host, '/token', 'Content-Length: 1073741824\r\n') + 'x'.repeat(512 * KB),
  'a body in endless pieces': (host) =>
    posted(host, '/language', 'Transfer-Encoding: chunked\r\n') + CHUNK.repeat(8),
  'a head of 512 KB': (host) =>
    `GET / HTTP/1.1\r\nHost: ${host}\r\n${many(8000, (i) => `X-${i}: ${'x'.repeat(55)}\r\n`)}\r\n`,
  'an address of 512 KB': (host) =>
    `GET /auth?${'x'.repeat(512 * KB)} HTTP/1.1\r\nHost: ${host}\r\n\r\n`,
  'parameters by the thousand': (host) => whole(host, '/token', MANY_NAMES),
  'the same at a page': (host) => whole(host, '/auth', MANY_NAMES),
};

/** Sends that again and again, a connection each; answers what came back how often. */
async function flood(port: number, text: string, seconds: number): Promise<string> {
  const until = performance.now() + seconds * 1000;
  const statuses: Record<string, number> = {};
  const sender = async () => {
    while (performance.now() < until) {
      const status = await sendRaw(port, text);
      statuses[status] = (statuses[status] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, sender));
  return Object.entries(statuses)
    .map(([status, count]) => `${status}×${count}`)
    .join(' ');
}

function sendRaw(port: number, text: string): Promise<string> {
  return new Promise((resolve) => {
    let said = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    const late = setTimeout(() => socket.destroy(), 5000);
    socket.on('data', (chunk) => {
      said += String(chunk).slice(0, 100);
      socket.destroy();
    });
    socket.on('error', () => {});
    socket.once('close', () => {
      clearTimeout(late);
      resolve(/^HTTP\/1\.1 (\d+)/.exec(said)?.[1] ?? 'cut');
    });
  });
}

/** What it takes to answer at all is no fault of a flood. */
async function warm(questions: Questions): Promise<void> {
  await closedLoop(32, 6, questions.clientCredentials);
  await closedLoop(32, 4, questions.page);
  await closedLoop(8, 2, questions.signIn);
  const me = steadyLoad(100, questions.me);
  await pause(2000);
  await me.stop();
}

const signed = (mb: number) => `${mb < 0 ? '' : '+'}${Math.round(mb)}`;
