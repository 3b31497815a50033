import { secretMatches } from '../../src/clients/secrets.ts';
import {
  endDemoClients,
  ensureDemoClients,
  settleDemoClients,
} from '../../src/development/demo-clients.ts';
import { aClient } from '../clients/a-client.ts';
import { type Furnished, furnished } from '../support/furnished.ts';

let house: Furnished;
beforeEach(async () => {
  house = await furnished({ ISSUER: 'http://localhost:3100' });
});
afterEach(() => house.close());

const secretsOfService = async () => (await house.clients.find('demo-service'))?.secrets ?? [];
const eventNames = async () =>
  (await house.audit.list({ limit: 100 })).map(({ name, clientId }) => `${name} ${clientId}`);

it('makes a public client for people and a service with a derived secret', async () => {
  await ensureDemoClients(house);
  expect(await house.clients.find('demo')).toMatchObject({
    firstParty: false,
    tokenEndpointAuthMethod: 'none',
    grantTypes: ['authorization_code', 'refresh_token'],
    redirectUris: ['http://localhost:3100/demo/callback'],
    scopes: ['openid', 'profile', 'email', 'phone', 'offline_access'],
    secrets: [],
  });
  expect(await house.clients.find('demo-service')).toMatchObject({
    grantTypes: ['client_credentials'],
    redirectUris: [],
  });
  const { demoServiceSecret } = house.keys;
  expect(secretMatches(demoServiceSecret, await secretsOfService(), house.now())).toBe(true);
  const dump = await house.database.pool.query('SELECT row_to_json(s)::text FROM client_secrets s');
  expect(JSON.stringify(dump.rows)).not.toContain(demoServiceSecret);
});

it('makes them once, however many processes start and restart', async () => {
  await Promise.all([1, 2, 3, 4].map(() => ensureDemoClients(house)));
  const made = await eventNames();
  expect(made.toSorted()).toEqual(['client-created demo', 'client-created demo-service']);
  const before = [await house.clients.find('demo'), await house.clients.find('demo-service')];
  await ensureDemoClients(house);
  expect([await house.clients.find('demo'), await house.clients.find('demo-service')]).toEqual(
    before,
  );
});

it('follows the issuer and the secret of today', async () => {
  await ensureDemoClients(house);
  const old = house.keys.demoServiceSecret;
  await ensureDemoClients({
    ...house,
    settings: { ...house.settings, ISSUER: 'http://localhost:3200' },
    keys: { ...house.keys, demoServiceSecret: 'of-another-server-secret' },
  });
  expect((await house.clients.find('demo'))?.redirectUris).toEqual([
    'http://localhost:3200/demo/callback',
  ]);
  const secrets = await secretsOfService();
  expect(secretMatches(old, secrets, house.now())).toBe(false);
  expect(secretMatches('of-another-server-secret', secrets, house.now())).toBe(true);
});

it("leaves a client of the operator's own by that name alone", async () => {
  await house.clients.create(aClient({ id: 'demo' }));
  await ensureDemoClients(house);
  expect(await house.clients.find('demo')).toMatchObject(aClient({ id: 'demo' }));
  expect(await endDemoClients(house)).toEqual(['demo-service']);
});

it('ends in production what development left, and tells it', async () => {
  await ensureDemoClients(house);
  await settleDemoClients({ ...house, settings: { ...house.settings, production: true } });
  expect(await house.clients.list({ limit: 10 })).toEqual([]);
  expect((await eventNames()).slice(0, 2).toSorted()).toEqual([
    'client-deleted demo',
    'client-deleted demo-service',
  ]);
});
