import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { type TestHouse, openTestHouse } from '../support/house.ts';
import { send } from '../support/http.ts';
import { timed } from '../support/stopwatch.ts';

let home: TestHouse;
beforeAll(async () => {
  home = await openTestHouse();
});
afterAll(() => home.close());

const own = () => ({ origin: home.issuer, 'sec-fetch-site': 'same-origin' });
const form = { 'content-type': 'application/x-www-form-urlencoded' };
const LIMIT = 56 * 1024;

describe.each(['/language', '/token', '/token/introspection', '/token/revocation', '/request'])(
  'a body for %s',
  (path) => {
    it('that says it is too long is refused unread', async () => {
      const answer = await send(`${home.issuer}${path}`, {
        headers: { ...own(), ...form },
        body: `a=${'x'.repeat(LIMIT)}`,
      });
      expect(answer.status).toBe(413);
    });

    it('that gets too long in pieces is refused', async () => {
      const answer = await inPieces(path, LIMIT + 1);
      expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    });
  },
);

it('refuses a head of more than 16 KiB', async () => {
  const answer = await raw(`GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(17_000)}\r\n\r\n`);
  expect(answer).toMatch(/^HTTP\/1\.1 431 /);
});

it('refuses an endless address', async () => {
  const answer = await raw(`GET /${'x'.repeat(17_000)} HTTP/1.1\r\nHost: x\r\n\r\n`);
  expect(answer).toMatch(/^HTTP\/1\.1 (414|431) /);
});

it('hangs up on whoever takes ten seconds for a head, and serves others meanwhile', async () => {
  const began = performance.now();
  const slow = Array.from({ length: 50 }, () => drip('GET / HTTP/1.1\r\nX-Slow: '));
  const meanwhile: number[] = [];
  for (let i = 0; i < 10; i += 1) {
    const answer = await timed(() => send(`${home.issuer}/robots.txt`));
    expect(answer.status).toBe(200);
    meanwhile.push(answer.ms);
    await wait(100);
  }
  const answers = await Promise.all(slow);
  expect(performance.now() - began).toBeLessThan(15_000);
  expect(new Set(answers.map((answer) => answer.slice(0, 12)))).toEqual(new Set(['HTTP/1.1 408']));
  expect(Math.max(...meanwhile)).toBeLessThan(1000);
});

it('hears TRACE and the like only to refuse them', async () => {
  for (const method of ['TRACE', 'PUT', 'DELETE', 'PATCH', 'PROPFIND']) {
    const answer = await send(`${home.issuer}/token`, { method });
    expect([method, answer.status]).toEqual([method, 405]);
    expect(answer.headers.get('allow')).toBe('GET, HEAD, POST, OPTIONS');
  }
});

function raw(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    const socket = connect(home.settings.PORT, '127.0.0.1', () => socket.write(text));
    socket.on('data', (chunk) => (said += String(chunk)));
    socket.once('error', (error) => (said ? resolve(said) : reject(error)));
    socket.once('close', () => resolve(said));
  });
}

/** A byte now and then, and never the end. */
function drip(text: string): Promise<string> {
  return new Promise((resolve) => {
    let said = '';
    const socket = connect(home.settings.PORT, '127.0.0.1', () => socket.write(text));
    const drops = setInterval(() => socket.write('x'), 500);
    socket.on('data', (chunk) => (said += String(chunk)));
    socket.on('error', () => {});
    socket.once('close', () => {
      clearInterval(drops);
      resolve(said);
    });
  });
}

function inPieces(path: string, bytes: number): Promise<string> {
  const piece = 'x'.repeat(1024);
  const pieces = `400\r\n${piece}\r\n`.repeat(Math.ceil(bytes / 1024));
  return raw(
    `POST ${path} HTTP/1.1\r\nHost: localhost:${home.settings.PORT}\r\nOrigin: ${home.issuer}\r\n` +
      `Content-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n` +
      `Connection: close\r\n\r\n${pieces}0\r\n\r\n`,
  );
}
