import { randomBytes } from 'node:crypto';
import { postgresApis } from '../../src/stores/postgres/apis.ts';
import { postgresClients } from '../../src/stores/postgres/clients.ts';
import { anApi } from '../apis/an-api.ts';
import { aClient } from '../clients/a-client.ts';
import { gatehouse } from '../support/command-line.ts';
import { databaseUrl } from '../support/database-url.ts';
import { type TestDatabase, freshDatabase } from '../support/database.ts';

let db: TestDatabase;
let env: NodeJS.ProcessEnv;
beforeAll(async () => {
  db = await freshDatabase();
  env = {
    DATABASE_URL: databaseUrl(db.config),
    ISSUER: 'http://localhost:3456',
    GATEHOUSE_SECRET: randomBytes(32).toString('base64'),
  };
});
afterAll(() => db.close());

const run = (...args: string[]) => gatehouse(args, { env });
const json = async (...args: string[]) => {
  const { code, out, err } = await run(...args, '--json');
  expect({ code, err }).toEqual({ code: 0, err: '' });
  return JSON.parse(out);
};
const API = 'https://api.example/';

it('makes and shows an API', async () => {
  const scopes = ['--scope', 'notes:read: Read your notes', '--scope', 'write'];
  const french = ['--scope-fr', 'notes:read: Lire vos notes'];
  const others = ['--name', 'Notes API', '--access-token-lifetime', '5m'];
  const made = await run('api', 'create', API, ...scopes, ...french, ...others);
  expect(made).toMatchObject({ code: 0, err: '' });
  expect(made.out).toContain(`--api "${API} notes:read write"`);

  const [shown, text] = await Promise.all([json('api', 'show', API), run('api', 'show', API)]);
  expect(shown).toMatchObject({
    audience: API,
    name: 'Notes API',
    access_token_lifetime: 300,
    scopes: { 'notes:read': { en: 'Read your notes', fr: 'Lire vos notes' }, write: {} },
    introspected_by: [],
  });
  expect(text.out).toContain('fr: Lire vos notes');
});

it('changes, lists and deletes an API, audited as cli', async () => {
  const clients = postgresClients(db.prisma);
  await clients.create(aClient({ id: 'gateway' }));
  const audience = 'https://other.example/';
  await postgresApis(db.prisma).create(anApi({ audience, accessTokenS: 300 }));

  const changes = ['--scope', 'write: Write notes', '--introspected-by', 'gateway'];
  const removal = ['--remove-scope', 'read', '--clear', 'access-token-lifetime'];
  expect(await json('api', 'update', audience, ...changes, ...removal)).toEqual({
    audience,
    changed: ['accessTokenS', 'scopes', 'introspectedBy'],
  });
  const listed: { audience: string }[] = await json('api', 'list');
  const changed = listed.find((one) => one.audience === audience);
  expect(changed).toMatchObject({
    scopes: { write: { en: 'Write notes', ru: 'Изменять заметки' } },
    introspected_by: ['gateway'],
  });
  expect(changed).not.toHaveProperty('access_token_lifetime');

  expect(await json('client', 'update', 'gateway', '--api', `${audience} write`)).toEqual({
    client_id: 'gateway',
    changed: ['apis'],
  });
  expect(await json('api', 'delete', audience)).toEqual({ audience, deleted: true });
  expect((await clients.find('gateway'))?.apis).toEqual({});
  const events = await db.prisma.auditEvent.findMany({ where: { actor: 'cli' } });
  expect(events.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['api-updated', 'api-deleted', 'client-updated']),
  );
});

it('answers 2 to wrong usage and 1 to what cannot be done', async () => {
  const answers = await Promise.all([
    run('api', 'create', '--name', 'Notes'),
    run('api', 'create', API),
    run('api', 'update', API, '--clear', 'name'),
    run('api', 'create', API, '--name', 'Notes', '--access-token-lifetime', 'soon'),
    run('api', 'show', 'urn:nothing'),
    run('api', 'update', 'urn:nothing', '--name', 'Notes'),
    run('api', 'delete', 'urn:nothing'),
    run('api', 'create', 'http://localhost:3456', '--name', 'Ours', '--scope', 'openid: All'),
  ]);
  expect(answers.map(({ code }) => code)).toEqual([2, 2, 2, 2, 1, 1, 1, 1]);
  expect(answers.at(-1)?.err).toBe(
    'The audience http://localhost:3456 is our own: tokens for it are made without an API.\n' +
      'The scope openid is one of OpenID Connect; take another name.\n',
  );
});
