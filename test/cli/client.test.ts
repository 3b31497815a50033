import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { postgresClients } from '../../src/stores/postgres/clients.ts';
import { aClient } from '../clients/a-client.ts';
import { aPng } from '../clients/pictures.ts';
import { gatehouse } from '../support/command-line.ts';
import { databaseUrl } from '../support/database-url.ts';
import { type TestDatabase, freshDatabase } from '../support/database.ts';

let db: TestDatabase;
let env: NodeJS.ProcessEnv;
let files: string;
beforeAll(async () => {
  db = await freshDatabase();
  env = {
    DATABASE_URL: databaseUrl(db.config),
    ISSUER: 'http://localhost:3456',
    GATEHOUSE_SECRET: randomBytes(32).toString('base64'),
  };
  files = mkdtempSync(join(tmpdir(), 'gatehouse-cli-'));
});
afterAll(async () => {
  rmSync(files, { recursive: true });
  await db.close();
});

const run = (...args: string[]) => gatehouse(args, { env });
const created = async (...args: string[]) => {
  const answer = await run('client', 'create', '--json', ...args);
  expect(answer).toMatchObject({ code: 0, err: '' });
  const client: { client_id: string; client_secret?: string } = JSON.parse(answer.out);
  return { ...JSON.parse(answer.out), id: client.client_id, secret: client.client_secret };
};
const NOTES = ['--name', 'Atlas Notes', '--redirect-uri', 'https://notes.example/callback'];

it('makes a client and ends with a configuration ready to paste', async () => {
  const { code, out, err } = await run('client', 'create', '--id', 'notes', ...NOTES);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toContain('ISSUER=http://localhost:3456\nCLIENT_ID=notes\nCLIENT_SECRET=');
  expect(out).toContain('http://localhost:3456/.well-known/openid-configuration');
  expect(out).toContain('client.ClientSecretBasic(process.env.CLIENT_SECRET)');
  expect(out).toContain('redirect_uri: "https://notes.example/callback"');

  const secret = /CLIENT_SECRET=(\S+)/.exec(out)?.[1] ?? '';
  expect(Buffer.from(secret, 'base64url')).toHaveLength(32);
  const dump = JSON.stringify(await db.prisma.client.findMany({ include: { secrets: true } }));
  expect(dump).not.toContain(secret);
  const events = await db.prisma.auditEvent.findMany({ where: { clientId: 'notes' } });
  expect(events).toMatchObject([{ name: 'client-created', actor: 'cli' }]);
});

it('makes what each kind of application needs', async () => {
  expect(await created(...NOTES)).toMatchObject({
    client_id: expect.stringMatching(/^atlas-notes-[a-z0-9]{6}$/),
    client_secret: expect.any(String),
    grant_types: ['authorization_code', 'refresh_token'],
    token_endpoint_auth_method: 'client_secret_basic',
    scope: 'openid profile email',
    first_party: false,
  });
  const spa = await created(...NOTES, '--spa', '--first-party', '--scope', 'openid offline_access');
  expect(spa).toMatchObject({
    token_endpoint_auth_method: 'none',
    first_party: true,
    scope: 'openid offline_access',
  });
  expect(spa).not.toHaveProperty('client_secret');
  expect(
    await created('--name', 'Atlas', '--native', '--redirect-uri', 'com.example.atlas:/callback'),
  ).toMatchObject({ application_type: 'native', token_endpoint_auth_method: 'none' });
  expect(await created('--name', 'Nightly export', '--service')).toMatchObject({
    grant_types: ['client_credentials'],
    scope: '',
    redirect_uris: [],
  });
});

it('says all that is wrong at once, and makes nothing', async () => {
  const logo = join(files, 'logo.svg');
  writeFileSync(logo, '<svg xmlns="http://www.w3.org/2000/svg"/>');
  const refused = await run(
    'client',
    'create',
    '--id',
    'wrong',
    '--name',
    'A\u202eB',
    '--logo',
    logo,
    '--redirect-uri',
    'javascript:alert(1)',
    '--redirect-uri',
    'http://evil.example/',
    '--api',
    'https://nothing.example/ read',
  );
  expect(refused).toMatchObject({ code: 1, out: '' });
  expect(refused.err.trim().split('\n')).toEqual([
    'The name must not hold control characters, invisible characters or marks that change the direction of writing.',
    'The redirect URI javascript:alert(1) must not use javascript:, which browsers run or open themselves.',
    'The redirect URI http://evil.example/ must use https; http is for this device alone (127.0.0.1, [::1] or localhost).',
    'The logo must be a PNG or WebP picture.',
    'There is no API https://nothing.example/; make it first with gatehouse api create.',
  ]);
  expect(await run('client', 'show', 'wrong')).toMatchObject({ code: 1 });
});

it('answers 2 to wrong usage and 1 to what cannot be done', async () => {
  const wrong = await Promise.all([
    run('client', 'create'),
    run('client', 'create', '--name', 'Atlas'),
    run('client', 'create', ...NOTES, '--grant', 'password'),
    run('client', 'create', ...NOTES, '--logo', '/nowhere'),
    run('client', 'rotate-secret', 'notes', '--overlap', 'long'),
    run('client', 'update', 'notes', '--dpop', '--no-dpop'),
  ]);
  expect(wrong.map(({ code }) => code)).toEqual([2, 2, 2, 2, 2, 2]);
  const impossible = await Promise.all(
    ['show', 'update', 'rotate-secret', 'delete'].map((verb) => run('client', verb, 'nobody')),
  );
  expect(impossible).toEqual(
    impossible.map(() => ({ code: 1, out: '', err: 'There is no client nobody.\n' })),
  );
});

it('changes a client', async () => {
  const id = 'to-change';
  await postgresClients(db.prisma).create(aClient({ id }));
  const logo = join(files, 'logo.png');
  writeFileSync(logo, aPng(64, 64));
  const added = ['--add-redirect-uri', 'http://127.0.0.1/callback', '--first-party'];
  const changed = await run('client', 'update', id, ...added, '--logo', logo, '--json');
  expect(JSON.parse(changed.out)).toEqual({
    client_id: id,
    changed: ['firstParty', 'redirectUris', 'logo'],
  });
  expect(JSON.parse((await run('client', 'show', id, '--json')).out)).toMatchObject({
    redirect_uris: ['https://notes.example/callback', 'http://127.0.0.1/callback'],
    first_party: true,
    has_logo: true,
  });
  const removed = ['--remove-redirect-uri', 'http://127.0.0.1/callback', '--clear', 'logo'];
  expect(await run('client', 'update', id, ...removed)).toMatchObject({ code: 0 });
  const shown = await run('client', 'show', id);
  expect(shown.out).toContain('Redirect URIs   https://notes.example/callback\n');
  expect(shown.out).not.toContain('Logo');
});

it('rotates, lists and deletes', async () => {
  const { id, secret } = await created(...NOTES);
  const rotated = await run('client', 'rotate-secret', id, '--overlap', '1h', '--json');
  expect(JSON.parse(rotated.out).client_secret).not.toBe(secret);
  const secrets = (await postgresClients(db.prisma).find(id))?.secrets ?? [];
  expect(secrets.map(({ expiresAt }) => expiresAt !== undefined)).toEqual([true, false]);

  const listed: { client_id: string }[] = JSON.parse((await run('client', 'list', '--json')).out);
  expect(listed.map(({ client_id }) => client_id)).toContain(id);
  expect(await run('client', 'delete', id)).toMatchObject({ code: 0, out: `Deleted ${id}.\n` });
  expect(await run('client', 'show', id)).toMatchObject({ code: 1 });
});

it('gives a client its first secret when it begins to need one', async () => {
  const { id } = await created(...NOTES, '--spa');
  const changed = await run('client', 'update', id, '--auth', 'client_secret_post');
  expect(changed.out).toMatch(/\nCLIENT_SECRET=\S{43}\n/);
  expect(await run('client', 'update', id, '--auth', 'client_secret_post')).toMatchObject({
    code: 0,
    out: `${id} is like that already.\n`,
  });
});
