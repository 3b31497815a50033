import { postgresApis } from '../../src/stores/postgres/apis.ts';
import { postgresClients } from '../../src/stores/postgres/clients.ts';
import { aClient } from '../clients/a-client.ts';
import { anApi } from '../apis/an-api.ts';
import { type TestDatabase, freshDatabase } from '../support/database.ts';

let db: TestDatabase;
let apis: ReturnType<typeof postgresApis>;
let clients: ReturnType<typeof postgresClients>;
beforeAll(async () => {
  db = await freshDatabase();
  apis = postgresApis(db.prisma);
  clients = postgresClients(db.prisma);
  await clients.create(aClient({ id: 'gateway' }));
});
afterAll(() => db.close());

const seenNow = async (audience: string) => (await apis.find(audience))?.updatedAt ?? new Date(0);

it('gives back all that was registered', async () => {
  const whole = anApi({ accessTokenS: 300, introspectedBy: ['gateway'] });
  expect(await apis.create(whole)).toBe('created');
  expect(await apis.create(whole)).toBe('taken');
  const dates = { createdAt: expect.any(Date), updatedAt: expect.any(Date) };
  expect(await apis.find(whole.audience)).toEqual({ ...whole, ...dates });
  expect(await apis.list()).toEqual([{ ...whole, ...dates }]);
});

it('finds nothing where nothing can be', async () => {
  for (const audience of ['', 'https://a.example/\0', 'x'.repeat(100_000), 'urn:nothing']) {
    expect(await apis.find(audience)).toBeUndefined();
  }
});

it('creates one of several simultaneous APIs with one audience', async () => {
  for (let round = 0; round < 20; round += 1) {
    const api = anApi({ audience: `https://race.example/${round}` });
    const outcomes = await Promise.all([1, 2, 3, 4].map(() => apis.create(api)));
    expect(outcomes.toSorted()).toEqual(['created', 'taken', 'taken', 'taken']);
  }
});

it('lets one of several simultaneous replacements through', async () => {
  for (let round = 0; round < 20; round += 1) {
    const audience = `https://race.example/${round}`;
    const seen = await seenNow(audience);
    const outcomes = await Promise.all(
      ['One', 'Two', 'Three'].map((name) => apis.replace(anApi({ audience, name }), seen)),
    );
    expect(outcomes.toSorted()).toEqual(['changed-meanwhile', 'changed-meanwhile', 'replaced']);
  }
  expect(await apis.replace(anApi({ audience: 'urn:nothing' }), new Date())).toBe('unknown');
});

it('takes lost scopes from the clients too, and nothing else', async () => {
  const { audience } = anApi();
  await clients.create(aClient({ id: 'both', apis: { [audience]: ['read', 'write'] } }));
  await clients.create(aClient({ id: 'writer', apis: { [audience]: ['write'] } }));
  const other = 'https://race.example/0';
  await clients.create(aClient({ id: 'elsewhere', apis: { [other]: ['write'] } }));
  const [read] = anApi().scopes;
  await apis.replace(anApi({ scopes: read ? [read] : [] }), await seenNow(audience));
  expect((await clients.find('both'))?.apis).toEqual({ [audience]: ['read'] });
  expect((await clients.find('writer'))?.apis).toEqual({});
  expect((await clients.find('elsewhere'))?.apis).toEqual({ [other]: ['write'] });
});

it('leaves no client asking for an API that is gone, and no API asked by a client that is', async () => {
  const audience = 'https://gone.example/';
  await apis.create(anApi({ audience, introspectedBy: ['gateway'] }));
  await clients.create(aClient({ id: 'asks', apis: { [audience]: ['read'] } }));
  await clients.delete('gateway');
  expect((await apis.find(audience))?.introspectedBy).toEqual([]);
  expect(await apis.delete(audience)).toBe(true);
  expect(await apis.delete(audience)).toBe(false);
  expect((await clients.find('asks'))?.apis).toEqual({});
});
