import { jest } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { within } from '../oidc/application.ts';
import { gatehouse, gatehouseProcess } from '../support/command-line.ts';
import { type TestDatabase, freshDatabase } from '../support/database.ts';
import { databaseUrl } from '../support/database-url.ts';
import { spawnServer, startServer } from '../support/server-process.ts';

// Real processes, several at a time, beside other tests.
jest.setTimeout(120_000);

let database: TestDatabase;
let env: Record<string, string>;
beforeAll(async () => {
  database = await freshDatabase();
  const GATEHOUSE_SECRET = randomBytes(32).toString('base64');
  env = { DATABASE_URL: databaseUrl(database.config), GATEHOUSE_SECRET };
});
afterAll(() => database.close());

const letters = () => database.prisma.letterboxMail.count();
const run = (words: string[]) =>
  gatehouseProcess(words, { env, input: 'correct horse battery staple\n' });

it('the web leaves the jobs to a worker, and a worker answers nobody', async () => {
  const web = await startServer({ env, args: ['--only', 'web'] });
  expect((await web.ask('/jwks')).status).toBe(200);
  expect(await run(['user', 'create', 'you@example.com'])).toMatchObject({ code: 0 });
  expect(await run(['user', 'set-password', 'you@example.com'])).toMatchObject({ code: 0 });
  expect(await within(2500, async () => (await letters()) > 0)).toBe(false);

  // Its port is taken, and that is none of its business.
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const port = Object(taken.address()).port;
  const worker = await spawnServer({ env, args: ['--only=worker'], port });
  expect(await within(30_000, async () => worker.stdout() !== '')).toBe(true);
  expect(worker.stdout()).toMatch(/^Gatehouse does its jobs here, ready in \d+\.\d s\n$/);
  expect(await within(10_000, async () => (await letters()) > 0)).toBe(true);

  expect(await worker.stop()).toBe(0);
  expect((await web.ask('/health/ready')).status).toBe(200);
  expect(await web.stop()).toBe(0);
  taken.close();
});

it('in production a worker says in one line of JSON that it is ready', async () => {
  const production = {
    ...env,
    NODE_ENV: 'production',
    SMTP_URL: 'smtps://mail.example',
    MAIL_FROM: 'no-reply@id.example',
  };
  const worker = await spawnServer({
    env: production,
    issuer: 'https://id.example',
    args: ['--only', 'worker'],
  });
  expect(await within(30_000, async () => worker.stdout().includes('"ready"'))).toBe(true);
  expect(await worker.stop()).toBe(0);
});

it.each([['--only'], ['--only', 'jobs'], ['--only=']])(
  'refuses what is no part: %j',
  async (...args) => {
    const server = await spawnServer({ env, args });
    expect(await server.ended).toBe(2);
    expect(server.stderr()).toBe('Gatehouse cannot start: --only is web or worker.\n');
  },
);

it('is offered by the command line, and refused there alike', async () => {
  expect((await gatehouse(['start', '--help'])).out).toContain('--only <web|worker>');
  const wrong = await gatehouse(['start', '--only', 'jobs']);
  expect([wrong.code, wrong.err]).toEqual([2, expect.stringContaining('--only is web or worker.')]);
});
