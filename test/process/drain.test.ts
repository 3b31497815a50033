import { jest } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { Agent } from 'node:http';
import { type Socket, connect } from 'node:net';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { type ServerProcess, startServer } from '../support/server-process.ts';
import { freshDatabase, type TestDatabase } from '../support/database.ts';
import { databaseUrl } from '../support/database-url.ts';

// Real processes, several at a time, beside other tests.
jest.setTimeout(120_000);

let database: TestDatabase;
beforeAll(async () => {
  database = await freshDatabase();
});
afterAll(() => database.close());

const GATEHOUSE_SECRET = randomBytes(32).toString('base64');
const start = (workers = 1) =>
  startServer({
    env: {
      DATABASE_URL: databaseUrl(database.config),
      GATEHOUSE_SECRET,
      GATEHOUSE_WORKERS: String(workers),
    },
  });

it('lets every request end that had begun, and takes no new connection', async () => {
  const server = await start();
  const slow = await Promise.all(Array.from({ length: 20 }, () => begin(server)));
  const left = server.stop();
  await refusal(server);
  for (const { socket } of slow) socket.write('two');
  const answers = await Promise.all(slow.map(({ answer }) => answer));
  expect(answers.filter((answer) => !answer.startsWith('HTTP/1.1 '))).toEqual([]);
  expect(await left).toBe(0);
});

it.each([1, 2])(
  'cuts no request of a crowd that never stops asking, with %i at work',
  async (n) => {
    const server = await start(n);
    const agent = new Agent({ keepAlive: true });
    const crowd = Array.from({ length: 50 }, () => askUntilSentAway(server, agent));
    await wait(500);
    expect(await server.stop()).toBe(0);
    expect(new Set(await Promise.all(crowd))).toEqual(new Set(['ECONNREFUSED']));
    agent.destroy();
  },
);

it('answers on a connection that was kept open, until it asks for another one', async () => {
  const server = await start();
  const socket = connect(server.port, '127.0.0.1');
  const question = `GET /health/live HTTP/1.1\r\nHost: localhost:${server.port}\r\n\r\n`;
  socket.write(question);
  await once(socket, 'data');
  const left = server.stop();
  const answers: string[] = [];
  while (!/connection: close/i.test(answers.at(-1) ?? '')) {
    socket.write(question);
    answers.push(String(await once(socket, 'data')));
    await wait(20);
  }
  expect(answers.filter((answer) => !answer.startsWith('HTTP/1.1 200 '))).toEqual([]);
  expect(await left).toBe(0);
});

it('says on kept connections that it is not ready any more', async () => {
  const server = await start();
  const socket = connect(server.port, '127.0.0.1');
  const question = `GET /health/ready HTTP/1.1\r\nHost: x\r\n\r\n`;
  socket.write(question);
  expect(String(await once(socket, 'data'))).toContain('HTTP/1.1 200');
  const left = server.stop();
  await refusal(server);
  socket.write(question);
  expect(String(await once(socket, 'data'))).toContain('HTTP/1.1 503');
  await left;
});

it('goes at once when it is told a second time', async () => {
  const server = await start();
  const { answer } = await begin(server);
  const began = Date.now();
  const left = server.stop();
  await refusal(server);
  server.child.kill('SIGTERM');
  expect(await left).toBe(1);
  expect(Date.now() - began).toBeLessThan(15_000);
  expect(await answer).toBe('');
});

async function askUntilSentAway(server: ServerProcess, agent: Agent): Promise<unknown> {
  for (;;) {
    const answer = await server.ask('/jwks', { agent }).catch((error: unknown) => error);
    const { status, code }: Record<string, unknown> = Object(answer);
    if (status !== 200) return code ?? status;
  }
}

/** A post of which half the body is sent. */
async function begin({
  port,
}: ServerProcess): Promise<{ socket: Socket; answer: Promise<string> }> {
  const socket = connect(port, '127.0.0.1');
  let said = '';
  socket.on('data', (chunk) => (said += String(chunk)));
  const answer = new Promise<string>((resolve) => {
    socket.once('close', () => resolve(said));
    socket.once('error', () => {});
  });
  await once(socket, 'connect');
  socket.write(
    `POST /token HTTP/1.1\r\nHost: localhost:${port}\r\nOrigin: http://localhost:${port}\r\n` +
      `Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 6\r\n\r\none`,
  );
  return { socket, answer };
}

/** Until new connections are refused: the server has heard. */
async function refusal({ port }: ServerProcess): Promise<void> {
  for (;;) {
    const socket = connect(port, '127.0.0.1');
    const refused = await new Promise((resolve) => {
      socket.once('connect', () => resolve(false));
      socket.once('error', () => resolve(true));
    });
    socket.destroy();
    if (refused) return;
  }
}
