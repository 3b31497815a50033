import { randomBytes, randomUUID } from 'node:crypto';
import { postgresApis } from '../../src/stores/postgres/apis.ts';
import { postgresClients } from '../../src/stores/postgres/clients.ts';
import { aClient } from '../clients/a-client.ts';
import { type TestDatabase, freshDatabase } from '../support/database.ts';

let db: TestDatabase;
let clients: ReturnType<typeof postgresClients>;
beforeAll(async () => {
  db = await freshDatabase();
  clients = postgresClients(db.prisma);
  await postgresApis(db.prisma).create({
    audience: 'https://api.example/',
    name: 'Notes API',
    scopes: [{ name: 'read', descriptions: { en: 'Read your notes' } }],
    introspectedBy: [],
  });
});
afterAll(() => db.close());

const aSecret = () => ({ id: randomUUID(), sha256: randomBytes(32), createdAt: new Date() });
const seenNow = async (id: string) => (await clients.find(id))?.updatedAt ?? new Date(0);

it('gives back all that was registered', async () => {
  const whole = aClient({
    id: 'whole',
    apis: { 'https://api.example/': ['read'] },
    tokenEndpointAuthMethod: 'private_key_jwt',
    jwks: { keys: [{ kty: 'OKP', crv: 'Ed25519', x: 'abc' }] },
    clientUri: 'https://notes.example/about',
    policyUri: 'https://notes.example/privacy',
    tosUri: 'https://notes.example/terms',
  });
  expect(await clients.create(whole)).toBe('created');
  expect(await clients.find('whole')).toEqual({
    ...whole,
    hasLogo: false,
    secrets: [],
    createdAt: expect.any(Date),
    updatedAt: expect.any(Date),
  });
  expect(await clients.find('nobody')).toBeUndefined();
});

it('creates one of two simultaneous clients with one id', async () => {
  for (let round = 0; round < 20; round += 1) {
    const id = `twice-${round}`;
    const outcomes = await Promise.all(
      ['One', 'Two', 'Three', 'Four'].map((name) => clients.create(aClient({ id, name }))),
    );
    expect(outcomes.toSorted()).toEqual(['created', 'taken', 'taken', 'taken']);
  }
});

it('lets one of several simultaneous replacements through, also within the millisecond of its making', async () => {
  for (let round = 0; round < 20; round += 1) {
    const id = `replaced-${round}`;
    await clients.create(aClient({ id }));
    const seen = await seenNow(id);
    const outcomes = await Promise.all(
      ['One', 'Two', 'Three', 'Four'].map((name) => clients.replace(aClient({ id, name }), seen)),
    );
    expect(outcomes.toSorted()).toEqual([
      'changed-meanwhile',
      'changed-meanwhile',
      'changed-meanwhile',
      'replaced',
    ]);
  }
  expect(await clients.replace(aClient({ id: 'nobody' }), new Date())).toBe('unknown');
});

it('replaces the APIs of a client as a whole', async () => {
  await clients.create(aClient({ id: 'apis', apis: { 'https://api.example/': ['read'] } }));
  await clients.replace(aClient({ id: 'apis' }), await seenNow('apis'));
  expect((await clients.find('apis'))?.apis).toEqual({});
});

it('keeps several secrets and lets all but one end, never later than they would have', async () => {
  await clients.create(aClient({ id: 'secrets' }));
  const [soon, old, fresh] = [aSecret(), aSecret(), aSecret()];
  await clients.addSecret('secrets', { ...soon, expiresAt: new Date('2026-01-01') });
  await clients.addSecret('secrets', old);
  await clients.addSecret('secrets', fresh);
  await clients.expireSecrets('secrets', fresh.id, new Date('2027-01-01'));

  const kept = new Map((await clients.find('secrets'))?.secrets.map((one) => [one.id, one]));
  expect(kept.get(soon.id)?.expiresAt).toEqual(new Date('2026-01-01'));
  expect(kept.get(old.id)?.expiresAt).toEqual(new Date('2027-01-01'));
  expect(kept.get(fresh.id)).toEqual(fresh);
});

it('keeps a logo beside the client', async () => {
  await clients.create(aClient({ id: 'logo' }));
  const bytes = randomBytes(100);
  expect(await clients.setLogo('logo', { type: 'image/webp', bytes })).toBe(true);
  expect(await clients.logo('logo')).toEqual({ type: 'image/webp', bytes });
  expect((await clients.find('logo'))?.hasLogo).toBe(true);
  await clients.setLogo('logo', undefined);
  expect(await clients.logo('logo')).toBeUndefined();
  expect(await clients.setLogo('nobody', undefined)).toBe(false);
});

it('lists by id, page by page', async () => {
  const all = await clients.list({ limit: 1000 });
  const first = await clients.list({ limit: 10 });
  const after = first.at(-1)?.id ?? '';
  const second = await clients.list({ limit: 10, after });
  expect([...first, ...second].map(({ id }) => id)).toEqual(all.slice(0, 20).map(({ id }) => id));
});

it('takes its grants along when it is deleted, and nothing of others', async () => {
  const accountId = randomUUID();
  const email = 'you@example.com';
  await db.prisma.account.create({ data: { id: accountId, email, emailCanonical: email } });
  for (const id of ['leaving', 'staying']) {
    await clients.create(aClient({ id }));
    await clients.addSecret(id, aSecret());
    await db.prisma.grant.create({ data: aGrant(accountId, id) });
  }
  expect(await clients.delete('leaving')).toBe(true);
  expect(await clients.delete('leaving')).toBe(false);
  const left = await db.prisma.grant.findMany({ where: { accountId } });
  expect(left.map(({ clientId }) => clientId)).toEqual(['staying']);
});

it('ends what development left behind, and nothing else', async () => {
  await clients.create(aClient({ id: 'left-behind', development: true }));
  expect(await clients.deleteDevelopment()).toEqual(['left-behind']);
  expect(await clients.deleteDevelopment()).toEqual([]);
  expect(await clients.find('staying')).toBeDefined();
});

function aGrant(accountId: string, clientId: string) {
  const now = new Date();
  return {
    id: `grant-of-${clientId}`,
    accountId,
    clientId,
    sessionId: `session-of-${clientId}`,
    signOutVersion: 1,
    allowed: { openid: 'openid', resources: {} },
    createdAt: now,
    expiresAt: new Date(now.getTime() + 60_000),
  };
}
