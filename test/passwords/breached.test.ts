import { hash } from 'node:crypto';
import { type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { passwordFlaw } from '../../src/passwords/policy.ts';
import { breachedPasswords } from '../../src/passwords/breached.ts';
import { openPasswordRules } from '../../src/passwords/open-rules.ts';
import { timeOf } from '../support/stopwatch.ts';

const STOLEN = 'stolen from somewhere';
const SHA1 = hash('sha1', STOLEN, 'hex').toUpperCase();

let server: Server;
let answer: (response: ServerResponse) => void;
let asked: { path: string | undefined; padding: unknown }[];
let complaints: unknown[];
let isBreached: (password: string) => Promise<boolean>;

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push({ path: request.url, padding: request.headers['add-padding'] });
    answer(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});
beforeEach(() => {
  asked = [];
  complaints = [];
  const { port }: AddressInfo = Object(server.address());
  const url = `http://127.0.0.1:${port}/range/`;
  isBreached = breachedPasswords({ url, onAway: (error) => complaints.push(error) });
});

const lines =
  (...all: string[]) =>
  (response: ServerResponse) =>
    response.end(all.join('\r\n'));
const PADDING = `${'0'.repeat(35)}:0`;

it('tells five characters of the hash and asks for padding', async () => {
  answer = lines(`${'A'.repeat(35)}:3`, `${SHA1.slice(5)}:12`, PADDING);
  expect(await isBreached(STOLEN)).toBe(true);
  expect(asked).toEqual([{ path: `/range/${SHA1.slice(0, 5)}`, padding: 'true' }]);
  expect(complaints).toEqual([]);
});

it.each([
  ['another password of the range', lines(`${'A'.repeat(35)}:3`)],
  ['padding of the same name', lines(`${SHA1.slice(5)}:0`)],
  ['nothing', lines('')],
  ['a page', lines('<!doctype html><title>Welcome</title>', SHA1, `${SHA1.slice(5)}:many`)],
])('finds nothing in %s', async (_what, given) => {
  answer = given;
  expect(await isBreached(STOLEN)).toBe(false);
  expect(complaints).toEqual([]);
});

it.each<[string, (response: ServerResponse) => void]>([
  ['500', (response) => response.writeHead(500).end(`${SHA1.slice(5)}:12`)],
  ['429', (response) => response.writeHead(429).end()],
  ['a redirect', (response) => response.writeHead(302, { location: '/elsewhere' }).end()],
  ['a hang-up', (response) => response.destroy()],
  ['half a body and a hang-up', (response) => response.write('AB', () => response.destroy())],
  ['an answer without end', (response) => response.end('x'.repeat(3 * 1024 * 1024))],
])('lets the password pass, and says so, at %s', async (_what, given) => {
  answer = given;
  expect(await isBreached(STOLEN)).toBe(false);
  expect(complaints).toHaveLength(1);
});

it.each<[string, (response: ServerResponse) => void]>([
  ['never answers', () => {}],
  ['stops in the middle', (response) => response.write('AB')],
])('waits a second for a service that %s', async (_what, given) => {
  answer = given;
  const ms = await timeOf(async () => expect(await isBreached(STOLEN)).toBe(false));
  expect(ms).toBeLessThan(2500);
  expect(complaints).toHaveLength(1);
});

it('lets the password pass where nobody listens', async () => {
  isBreached = breachedPasswords({
    url: 'http://127.0.0.1:1/range',
    onAway: (error) => complaints.push(error),
  });
  expect(await isBreached(STOLEN)).toBe(false);
  expect(complaints).toHaveLength(1);
});

it('is a rule of the house where an operator names the service, and else asks nobody', async () => {
  answer = lines(`${SHA1.slice(5)}:12`);
  const { port }: AddressInfo = Object(server.address());
  const house = { brand: 'Gatehouse', issuer: 'https://id.example.com', onAway: () => {} };
  const breachedUrl = `http://127.0.0.1:${port}/range`;
  expect(await passwordFlaw(openPasswordRules({ ...house, breachedUrl }), STOLEN, {})).toBe(
    'breached',
  );
  expect(asked).toHaveLength(1);
  expect(await passwordFlaw(openPasswordRules(house), STOLEN, {})).toBeUndefined();
  expect(asked).toHaveLength(1);
});
