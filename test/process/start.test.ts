import { jest } from '@jest/globals';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { freshDatabase } from '../support/database.ts';
import { databaseUrl } from '../support/database-url.ts';
import { freePort } from '../support/http.ts';
import { spawnServer, startServer } from '../support/server-process.ts';

// Real processes, several at a time, beside other tests.
jest.setTimeout(120_000);

it('starts on nothing at all, says where to go, and leaves when told to', async () => {
  const server = await startServer();
  expect(server.stdout()).toMatch(/^Gatehouse is ready in \d+\.\d s\n/);
  expect(server.stdout().split('\n').slice(1).join('\n')).toBe(`
  Issuer         ${server.issuer}
  Try it         ${server.issuer}/demo          an application that signs you in and shows its tokens
  Letterbox      ${server.issuer}/letterbox     every mail that would have been sent
  First steps    ${server.issuer}               a checklist that ticks itself
`);
  expect((await server.ask('/health/live')).status).toBe(200);
  expect(await server.stop()).toBe(0);
  expect(server.stderr()).not.toContain('"level":"error"');
});

it('tells all that is wrong with its settings at once', async () => {
  const server = await spawnServer({
    env: { NODE_ENV: 'production', GATEHOUSE_FROB: '1', DATABASE_POOL: 'many' },
  });
  expect(await server.ended).toBe(2);
  expect(server.stdout()).toBe('');
  for (const variable of ['GATEHOUSE_FROB', 'DATABASE_POOL', 'ISSUER', 'GATEHOUSE_SECRET']) {
    expect(server.stderr()).toContain(variable);
  }
});

it('says in one sentence that its port is taken', async () => {
  const port = await freePort();
  const other = createServer().listen(port, '127.0.0.1');
  await once(other, 'listening');
  const server = await spawnServer({ port });
  expect(await server.ended).toBe(1);
  expect(server.stderr()).toBe(
    `Gatehouse cannot start: Port ${port} is taken by another program. Stop it, or set PORT to another number.\n`,
  );
  other.close();
});

it('says in one sentence that another server works in its folder', async () => {
  const first = await startServer();
  const second = await spawnServer({ dataDir: first.dataDir });
  expect(await second.ended).toBe(1);
  expect(second.stderr()).toBe(
    `Gatehouse cannot start: Another Gatehouse server is running on ${first.dataDir}.\n`,
  );
  expect((await first.ask('/health/ready')).status).toBe(200);
  await first.stop();
});

describe('in production', () => {
  const secret = Buffer.alloc(32, 1).toString('base64');
  const production = (DATABASE_URL: string) => ({
    NODE_ENV: 'production',
    GATEHOUSE_SECRET: secret,
    DATABASE_URL,
    SMTP_URL: 'smtps://mail.example',
    MAIL_FROM: 'no-reply@id.example',
    HOST: '127.0.0.1',
  });

  it('says that it is ready in one line of JSON', async () => {
    const database = await freshDatabase();
    const server = await startServer({
      issuer: 'https://id.example',
      env: production(databaseUrl(database.config)),
    });
    expect(await server.stop()).toBe(0);
    const lines = server.stdout().trim().split('\n');
    const [ready, ...more] = lines.map((line): unknown => JSON.parse(line)).filter(isReady);
    expect(more).toEqual([]);
    expect(ready).toMatchObject({
      level: 'info',
      msg: 'ready',
      issuer: 'https://id.example',
      port: server.port,
    });
    await database.close();
  });

  it('refuses to work on a schema that is out of date', async () => {
    const database = await freshDatabase();
    await database.pool.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
    const server = await spawnServer({
      issuer: 'https://id.example',
      env: production(databaseUrl(database.config)),
    });
    expect(await server.ended).toBe(1);
    expect(server.stderr()).toContain('npx gatehouse migrate');
    await database.close();
  });
});

const isReady = (line: unknown) => Object(line).msg === 'ready';
