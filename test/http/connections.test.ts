import { once } from 'node:events';
import type { Server, ServerResponse } from 'node:http';
import { Agent } from 'node:http';
import { type Socket, connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { openServer } from '../../src/http/server.ts';
import { send } from '../support/http.ts';

const MOST = 10;
const held: ServerResponse[] = [];
let server: Server;
let port: number;
beforeAll(async () => {
  server = openServer(
    (request, response) => {
      if (request.url === '/held') held.push(response);
      else request.resume().once('end', () => response.end('well'));
    },
    { connections: MOST },
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  port = typeof address === 'object' && address ? address.port : 0;
});
afterAll(() => {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(resolve));
});

const open: Socket[] = [];
afterEach(() => open.splice(0).forEach((socket) => socket.destroy()));

async function opened(text = ''): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  open.push(socket);
  socket.on('error', () => {});
  await once(socket, 'connect');
  socket.write(text);
  return socket;
}

const connections = () =>
  new Promise<number>((resolve) => server.getConnections((_error, count) => resolve(count)));
const ask = () => send(`http://127.0.0.1:${port}/`);

it('a flood of connections pushes out its own, and honest requests are answered', async () => {
  for (let i = 0; i < 20; i += 1) {
    await opened();
    await opened('GET / HTTP/1.1\r\nX-Slow: ');
    expect((await ask()).text).toBe('well');
  }
  await wait(50);
  expect(await connections()).toBeLessThanOrEqual(MOST);
  expect(open.filter(({ closed }) => closed).length).toBeGreaterThanOrEqual(30);
});

it('a flood of bodies that never end does too', async () => {
  for (let i = 0; i < 30; i += 1) {
    await opened('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf');
  }
  expect((await ask()).text).toBe('well');
  expect(await connections()).toBeLessThanOrEqual(MOST);
});

it('never cuts a request that is worked on', async () => {
  const answers = Array.from({ length: 5 }, () => send(`http://127.0.0.1:${port}/held`));
  while (held.length < 5) await wait(5);
  for (let i = 0; i < 30; i += 1) await opened();
  for (const response of held.splice(0)) response.end('in the end');
  for (const { text } of await Promise.all(answers)) expect(text).toBe('in the end');
});

it('cuts connections that are kept open before those that just came', async () => {
  const agent = new Agent({ keepAlive: true });
  await Promise.all(Array.from({ length: 5 }, () => send(`http://127.0.0.1:${port}/`, { agent })));
  for (let i = 0; i < MOST; i += 1) await opened();
  await wait(20);
  expect(open.filter(({ closed }) => closed)).toEqual([]);
  expect(await connections()).toBe(MOST);
  agent.destroy();
});
