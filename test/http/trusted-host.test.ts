import { connect } from 'node:net';
import { type TestHouse, openTestHouse } from '../support/house.ts';
import { send } from '../support/http.ts';

let home: TestHouse;
let port: number;
beforeAll(async () => {
  home = await openTestHouse();
  port = home.settings.PORT;
});
afterAll(() => home.close());

const askAs = (host: string, path = '/') => send(`${home.issuer}${path}`, { headers: { host } });

it.each([
  'evil.example',
  'evil.example:3000',
  'localhost.evil.example',
  'localhost:1234',
  'evil@localhost',
  'localhost.',
])('turns away a request for the host "%s"', async (host) => {
  const answer = await askAs(host, '/.well-known/openid-configuration');
  expect([400, 421]).toContain(answer.status);
  expect(answer.text).not.toContain('evil');
  expect(answer.headers.has('location')).toBe(false);
});

it('does not care how the host is capitalised', async () => {
  const answer = await askAs(`LOCALHOST:${port}`, '/robots.txt');
  expect(answer.status).toBe(200);
});

it('answers for its health whatever the host', async () => {
  expect((await askAs('10.0.0.7:8080', '/health/live')).status).toBe(200);
  expect((await askAs('10.0.0.7:8080', '/health/ready')).status).toBe(200);
});

it('sends a browser that knows the machine by another name to the issuer', async () => {
  const answer = await askAs(`127.0.0.1:${port}`, '/sign-in?x=1');
  expect(answer.status).toBe(302);
  expect(answer.headers.get('location')).toBe(`${home.issuer}/sign-in?x=1`);
});

it('does not send a post anywhere', async () => {
  const answer = await send(home.issuer, {
    method: 'POST',
    headers: { host: `127.0.0.1:${port}` },
  });
  expect(answer.status).toBe(421);
});

it.each(['X-Forwarded-Host', 'X-Original-URL', 'Forwarded', 'X-Forwarded-Proto'])(
  'is not moved by %s',
  async (name) => {
    const value = name === 'Forwarded' ? 'host=evil.example;proto=javascript' : 'evil.example';
    const answer = await send(`${home.issuer}/sign-in`, { headers: { [name]: value } });
    expect(`${answer.text}${answer.headers.get('location')}`).not.toContain('evil');
  },
);

describe('on the wire', () => {
  it.each([
    ['a target in absolute form', 'GET http://evil.example/ HTTP/1.1\r\nHost: HOST\r\n', 400],
    [
      'a target that a browser takes for a host',
      'GET //evil.example/ HTTP/1.1\r\nHost: HOST\r\n',
      400,
    ],
    ['the same with a backslash', 'GET /\\evil.example/ HTTP/1.1\r\nHost: HOST\r\n', 400],
    ['two hosts', 'GET / HTTP/1.1\r\nHost: HOST\r\nHost: evil.example\r\n', 400],
    ['no host', 'GET / HTTP/1.1\r\n', 400],
    ['TRACE', 'TRACE / HTTP/1.1\r\nHost: HOST\r\n', 405],
    ['CONNECT', 'CONNECT evil.example:443 HTTP/1.1\r\nHost: HOST\r\n', 405],
    ['PUT', 'PUT /token HTTP/1.1\r\nHost: HOST\r\nContent-Length: 0\r\n', 405],
    ['a method that nobody knows', 'FROB / HTTP/1.1\r\nHost: HOST\r\n', 501],
    ['something that is no HTTP', '\u0016\u0003\u0001 hello\r\n', 501],
  ])('refuses %s', async (_what, head, status) => {
    const answer = await onTheWire(head.replaceAll('HOST', `localhost:${port}`));
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(answer).not.toContain('evil');
  });
});

function onTheWire(head: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    const socket = connect(port, '127.0.0.1', () =>
      socket.write(`${head}Connection: close\r\n\r\n`),
    );
    socket.on('data', (chunk) => (said += String(chunk)));
    socket.once('close', () => resolve(said));
    socket.once('error', reject);
  });
}
