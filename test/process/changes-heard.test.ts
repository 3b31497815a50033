import { randomUUID } from 'node:crypto';
import { createApi } from '../../src/apis/create-api.ts';
import { deleteApi } from '../../src/apis/delete-api.ts';
import { updateClient } from '../../src/clients/update-client.ts';
import { keyCare } from '../../src/furnish.ts';
import { revokeKey } from '../../src/keys/revoke.ts';
import { type Application, application, field, signIn, within } from '../oidc/application.ts';
import { type TestHouse, openTestHouse } from '../support/house.ts';
import { type ServerProcess, spawnServer } from '../support/server-process.ts';
import { type TcpProxy, tcpProxy } from '../support/tcp-proxy.ts';

const CLI = { actor: 'cli' } as const;
const GATEHOUSE_SECRET = Buffer.alloc(32, 9).toString('base64');

/** The house makes the changes; another process, whose way of hearing of them is hurt, has to know them. */
let house: TestHouse;
let proxy: TcpProxy;
let other: ServerProcess;
beforeAll(async () => {
  house = await openTestHouse({ env: { GATEHOUSE_SECRET } });
  const url = new URL(String(house.settings.DATABASE_URL));
  const folder = decodeURIComponent(url.searchParams.get('host') ?? url.hostname);
  proxy = await tcpProxy({ path: `${folder}/.s.PGSQL.5432` });
  other = await spawnServer({
    issuer: house.issuer,
    env: {
      DATABASE_URL: house.settings.DATABASE_URL,
      DATABASE_LISTEN_URL: `postgres://${url.username}@127.0.0.1:${proxy.port}${url.pathname}`,
      GATEHOUSE_SECRET,
    },
  });
  await other.ready();
}, 60_000);
afterAll(async () => {
  proxy.heal();
  await other.stop();
  await house.close();
  await proxy.close();
});

const ask = (app: Application, fields: Record<string, string>) =>
  other.ask('/token', {
    body: new URLSearchParams(fields),
    headers: { authorization: `Basic ${btoa(`${app.id}:${app.secret}`)}` },
  });

const gets = async (app: Application, resource: string) =>
  (await ask(app, { grant_type: 'client_credentials', resource })).status === 200;

const kids = async () => {
  const { keys } = (await other.ask('/jwks')).json();
  return [keys].flat().map((key): unknown => Object(key).kid);
};

const care = () => keyCare(house.house, CLI);

/** A second, and what it takes to ask. */
const SOON_MS = 1100;

describe.each([
  ['cut for good', (way: TcpProxy) => way.cut()],
  ['cut once', (way: TcpProxy) => way.cutOnce()],
  ['silent', (way: TcpProxy) => way.blackHole()],
])('a process whose feed of changes is %s', (_how, hurt) => {
  afterEach(() => proxy.heal());

  it('knows within a second what another changed: clients, APIs, accounts and grants', async () => {
    const audience = `https://${randomUUID()}.example`;
    await createApi(
      house.house,
      {
        audience,
        name: 'An API',
        scopes: [{ name: 'read', descriptions: { en: 'Read' } }],
        introspectedBy: [],
      },
      CLI,
    );
    const app = await application(house, {
      grantTypes: ['authorization_code', 'refresh_token', 'client_credentials'],
      apis: { [audience]: ['read'] },
    });
    const { tokens, person } = await signIn(app);
    const me = () =>
      other.ask('/me', { headers: { authorization: `Bearer ${tokens.access_token}` } });
    expect(await within(SOON_MS, () => gets(app, audience))).toBe(true);
    expect((await me()).status).toBe(200);

    hurt(proxy);
    await updateClient(house.house, { id: app.id, change: (one) => ({ ...one, apis: {} }) }, CLI);
    expect(await within(SOON_MS, async () => !(await gets(app, audience)))).toBe(true);
    await updateClient(
      house.house,
      { id: app.id, change: (one) => ({ ...one, apis: { [audience]: ['read'] } }) },
      CLI,
    );
    expect(await within(SOON_MS, () => gets(app, audience))).toBe(true);
    await deleteApi(house.house, audience, CLI);
    expect(await within(SOON_MS, async () => !(await gets(app, audience)))).toBe(true);
    await house.house.accounts.disable(person.id, house.now());
    expect(await within(SOON_MS, async () => (await me()).status === 401)).toBe(true);
    await house.house.clients.delete(app.id);
    const unknown = async () =>
      field(await ask(app, { grant_type: 'client_credentials' }), 'error') === 'invalid_client';
    expect(await within(SOON_MS, unknown)).toBe(true);

    proxy.heal();
    expect(await unknown()).toBe(true);
    expect(await gets(app, audience)).toBe(false);
  });

  it('knows that a key is revoked and which comes after it, and shows it within two', async () => {
    const before = await kids();
    const victim = String(before.at(-1));
    hurt(proxy);
    await revokeKey(care(), victim);
    const isNew = async () => {
      const after = await kids();
      return !after.includes(victim) && after.length === before.length;
    };
    expect(await within(2 * SOON_MS, isNew)).toBe(true);
  });
});
