import { Client } from 'pg';
import { rotateSecret } from '../../src/clients/rotate-secret.ts';
import { updateClient } from '../../src/clients/update-client.ts';
import { type TestHouse, openTestHouse } from '../support/house.ts';
import { type Application, application, field, post, request, within } from './application.ts';
import { expectQuietLibrary } from './quiet.ts';

const CLI = { actor: 'cli' } as const;

expectQuietLibrary();

async function authenticates(app: Application): Promise<boolean> {
  const answer = await post(app, '/token', { grant_type: 'refresh_token', refresh_token: 'x' });
  return field(answer, 'error') === 'invalid_grant';
}

describe('a client', () => {
  let house: TestHouse;
  beforeAll(async () => {
    house = await openTestHouse();
  });
  afterAll(() => house.close());

  const isLetIn = async (app: Application, redirect_uri: string) =>
    (await house.browser().visit((await request(app, { extra: { redirect_uri } })).url.href))
      .status === 200;

  it('may come to a new address within a second, and no more to an old one', async () => {
    const app = await application(house);
    const added = 'https://app.example/new';
    expect(await isLetIn(app, added)).toBe(false);
    const change = (redirectUris: string[]) =>
      updateClient(
        house.house,
        { id: app.id, change: (registration) => ({ ...registration, redirectUris }) },
        CLI,
      );
    await change([app.redirectUri, added]);
    expect(await within(1000, () => isLetIn(app, added))).toBe(true);
    await change([added]);
    expect(await within(1000, async () => !(await isLetIn(app, app.redirectUri)))).toBe(true);
  });

  it('has two good secrets while they overlap, and then one', async () => {
    const app = await application(house);
    expect(await authenticates(app)).toBe(true);
    const rotated = await rotateSecret(house.house, { clientId: app.id, overlapS: 60 }, CLI);
    if (rotated.outcome !== 'rotated') throw new Error(rotated.outcome);
    const renewed = { ...app, secret: rotated.secret };
    expect(await within(1000, () => authenticates(renewed))).toBe(true);
    expect(await authenticates(app)).toBe(true);
    house.turnClock(61_000);
    const after = [await authenticates(app), await authenticates(renewed)];
    house.turnClock(-61_000);
    expect(after).toEqual([false, true]);
  });

  it('shows its secret to nobody: what is stored, and what stands in for it, opens nothing', async () => {
    const app = await application(house);
    const stored = await house.house.clients.find(app.id);
    const hash = stored?.secrets[0]?.sha256 ?? Buffer.alloc(32);
    for (const secret of [
      hash.toString('base64url'),
      hash.toString('base64'),
      hash.toString('hex'),
      '0'.repeat(43),
    ]) {
      expect(await authenticates({ ...app, secret })).toBe(false);
    }
  });

  it('is unknown within a second once it is deleted', async () => {
    const app = await application(house);
    expect(await authenticates(app)).toBe(true);
    await house.house.clients.delete(app.id);
    expect(await within(1000, async () => !(await authenticates(app)))).toBe(true);
  });

  it('is known within a second although it was asked for before there was one', async () => {
    const id = 'not-yet';
    const early = { ...(await application(house)), id };
    expect(await authenticates(early)).toBe(false);
    const app = await application(house, { id });
    expect(await within(1000, () => authenticates(app))).toBe(true);
  });

  it('that nobody has costs the store one look, however often it is asked for', async () => {
    const app = { ...(await application(house)), id: 'nobody-at-all' };
    const looks = countStatements(/FROM "public"."clients"/);
    for (let i = 0; i < 20; i += 1) await authenticates(app);
    expect(looks.stop()).toBe(1);
  });

  it('is looked for once by many at the same time', async () => {
    const app = await application(house);
    const looks = countStatements(/FROM "public"."clients"/);
    const answers = await Promise.all(Array.from({ length: 30 }, () => authenticates(app)));
    expect(new Set(answers)).toEqual(new Set([true]));
    // The announcement that it was made may come in between, and then it is looked for again.
    expect(looks.stop()).toBeLessThanOrEqual(2);
  });
});

function countStatements(matching: RegExp): { stop(): number } {
  const original: unknown = Reflect.get(Client.prototype, 'query');
  let count = 0;
  Reflect.set(
    Client.prototype,
    'query',
    function counted(this: Client, ...args: unknown[]): unknown {
      if (matching.test(String(Object(args[0]).text ?? args[0]))) count += 1;
      return Reflect.apply(Object(original), this, args);
    },
  );
  return {
    stop() {
      Reflect.set(Client.prototype, 'query', original);
      return count;
    },
  };
}
