import { Redis } from 'ioredis';
import { Client } from 'pg';
import { BACKENDS, type TestHouse, openTestHouse } from '../support/house.ts';
import {
  type Application,
  application,
  authorize,
  me,
  post,
  refresh,
  request,
  signIn,
} from './application.ts';
import { expectQuietLibrary } from './quiet.ts';

expectQuietLibrary();

/** Everything that goes over a wire to a store, but for the change feed's own beat and the jobs behind the scenes. */
const asked: string[] = [];
const BEHIND_THE_SCENES = /pg_notify|\bNOTIFY\b|\bLISTEN\b|pgboss|logout_notices/;
const undo: (() => void)[] = [];

function listenTo(prototype: object, name: string, say: (call: unknown) => string): void {
  const original: unknown = Reflect.get(prototype, name);
  undo.push(() => Reflect.set(prototype, name, original));
  Reflect.set(prototype, name, function counted(this: unknown, ...args: unknown[]): unknown {
    const what = say(args[0]);
    if (!BEHIND_THE_SCENES.test(what)) asked.push(what);
    return Reflect.apply(Object(original), this, args);
  });
}

beforeAll(() => {
  listenTo(Client.prototype, 'query', (call) => String(Object(call).text ?? call));
  listenTo(Redis.prototype, 'sendCommand', (call) => `redis ${String(Object(call).name)}`);
});
afterAll(() => undo.forEach((step) => step()));

/** The statements themselves say what went wrong. */
function expectAtMost(limit: number, trips: string[]): void {
  expect(trips.length <= limit ? [] : trips).toEqual([]);
}

async function roundTrips(work: () => Promise<unknown>): Promise<string[]> {
  asked.length = 0;
  await work();
  return [...asked];
}

describe.each(BACKENDS)('the stores are asked (%s)', (backend) => {
  let house: TestHouse;
  let app: Application;
  let service: Application;
  beforeAll(async () => {
    house = await openTestHouse({ backend });
    app = await application(house);
    service = await application(house, {
      grantTypes: ['client_credentials'],
      redirectUris: [],
      scopes: [],
    });
    // Clients are known, statements prepared.
    await refresh(app, String((await signIn(app)).tokens.refresh_token));
    await post(service, '/token', { grant_type: 'client_credentials' });
  });
  afterAll(() => house.close());

  it('never for client credentials', async () => {
    expectAtMost(
      0,
      await roundTrips(() => post(service, '/token', { grant_type: 'client_credentials' })),
    );
  });

  it('twice at most by introspection', async () => {
    const { tokens } = await signIn(app);
    const token = tokens.access_token;
    expectAtMost(2, await roundTrips(() => post(app, '/token/introspection', { token })));
  });

  it('twice at most by introspection of a refresh token', async () => {
    const { tokens } = await signIn(app);
    const token = String(tokens.refresh_token);
    expectAtMost(2, await roundTrips(() => post(app, '/token/introspection', { token })));
  });

  it('twice at most at /me', async () => {
    const { tokens } = await signIn(app);
    expectAtMost(2, await roundTrips(() => me(house, tokens.access_token)));
  });

  it('four times at most by an authorization with a live session', async () => {
    const { browser } = await signIn(app);
    const { url } = await request(app);
    expectAtMost(4, await roundTrips(() => browser.visit(url.href)));
  });

  it('19 times at most, with Redis, by somebody who signs in, on all pages together', async () => {
    const ours = await application(house, { firstParty: true });
    await authorize(ours);
    const person = await house.person();
    const trips = await roundTrips(() => authorize(ours, { person }));
    // The first BEGIN of a connection is one of them. Where PostgreSQL keeps the budgets, they are taken one by one.
    expectAtMost(backend === 'redis' ? 19 : 25, trips);
  });

  it('four times at most by a code exchange', async () => {
    const { answer, verifier } = await authorize(app);
    const fields = {
      grant_type: 'authorization_code',
      code: String(answer.searchParams.get('code')),
      redirect_uri: app.redirectUri,
      code_verifier: verifier,
    };
    expectAtMost(4, await roundTrips(() => post(app, '/token', fields)));
  });

  it('four times at most by a refresh', async () => {
    const { tokens } = await signIn(app);
    const fields = {
      grant_type: 'refresh_token',
      refresh_token: String(tokens.refresh_token),
    };
    expectAtMost(4, await roundTrips(() => post(app, '/token', fields)));
  });
});
