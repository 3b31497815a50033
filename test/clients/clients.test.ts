import { createClient } from '../../src/clients/create-client.ts';
import { deleteClient } from '../../src/clients/delete-client.ts';
import { rotateSecret } from '../../src/clients/rotate-secret.ts';
import { MOST_SECRETS, secretMatches } from '../../src/clients/secrets.ts';
import { showClient } from '../../src/clients/show-client.ts';
import { updateClient } from '../../src/clients/update-client.ts';
import { type Furnished, furnished } from '../support/furnished.ts';
import { aClient } from './a-client.ts';
import { aPng } from './pictures.ts';

const BY = { actor: 'cli' } as const;
let house: Furnished;
beforeAll(async () => {
  house = await furnished();
});
afterAll(() => house.close());

const events = async (clientId: string) =>
  (await house.audit.list({ limit: 100, clientId })).map(({ name }) => name).toReversed();
const works = async (id: string, secret: string) => {
  const secrets = (await house.clients.find(id))?.secrets ?? [];
  return secretMatches(secret, secrets, house.now());
};

const apiUser = (apis: Record<string, string[]>) => ({
  registration: aClient({ id: 'api-user', apis }),
});

async function made(id: string): Promise<string> {
  const outcome = await createClient(house, { registration: aClient({ id }) }, BY);
  if (outcome.outcome !== 'created') throw new Error(JSON.stringify(outcome));
  return outcome.secret ?? '';
}

describe('creating', () => {
  it('gives a confidential client one secret of 256 bits, and keeps only its hash', async () => {
    const secret = await made('confidential');
    expect(Buffer.from(secret, 'base64url')).toHaveLength(32);
    expect(await works('confidential', secret)).toBe(true);
    expect(await works('confidential', `${secret}x`)).toBe(false);
    const rows = await house.database.pool.query(
      'SELECT c::text, s::text FROM clients c, client_secrets s',
    );
    expect(JSON.stringify(rows.rows)).not.toContain(secret);
    expect(await events('confidential')).toEqual(['client-created']);
  });

  it('gives a public client none', async () => {
    const registration = aClient({ id: 'public', tokenEndpointAuthMethod: 'none' });
    expect(await createClient(house, { registration }, BY)).toEqual({ outcome: 'created' });
    expect(await showClient(house, 'public')).toMatchObject({ secrets: [] });
  });

  it('writes and tells nothing of a client that is refused or taken', async () => {
    const registration = aClient({ id: 'refused', redirectUris: ['data:x'] });
    const outcome = await createClient(house, { registration, logo: Buffer.from('<svg/>') }, BY);
    expect(outcome).toMatchObject({
      outcome: 'refused',
      faults: [{ field: 'redirectUris' }, { field: 'logo' }],
    });
    expect(await house.clients.find('refused')).toBeUndefined();
    expect(await events('refused')).toEqual([]);

    const again = await createClient(house, { registration: aClient({ id: 'public' }) }, BY);
    expect(again).toEqual({ outcome: 'taken' });
    expect(await events('public')).toEqual(['client-created']);
  });

  it('lets one of several simultaneous callers have the id, with the one secret that works', async () => {
    for (let round = 0; round < 20; round += 1) {
      const wish = { registration: aClient({ id: `race-${round}` }) };
      const outcomes = await Promise.all([1, 2, 3, 4].map(() => createClient(house, wish, BY)));
      expect(outcomes.map(({ outcome }) => outcome).toSorted()).toEqual([
        'created',
        'taken',
        'taken',
        'taken',
      ]);
      expect((await house.clients.find(wish.registration.id))?.secrets).toHaveLength(1);
      expect(await events(wish.registration.id)).toEqual(['client-created']);
    }
  });

  it('knows only APIs and scopes that are registered', async () => {
    await house.apis.create({
      audience: 'https://api.example/',
      name: 'Notes',
      scopes: [{ name: 'read', descriptions: {} }],
      introspectedBy: [],
    });
    const unknown = { 'https://other.example/': ['read'], 'https://api.example/': ['read', 'all'] };
    expect(await createClient(house, apiUser(unknown), BY)).toEqual({
      outcome: 'refused',
      faults: [
        {
          field: 'apis',
          fault: 'There is no API https://other.example/; make it first with gatehouse api create.',
        },
        { field: 'apis', fault: 'The API https://api.example/ has no scope all.' },
      ],
    });
    const known = { 'https://api.example/': ['read'] };
    expect(await createClient(house, apiUser(known), BY)).toMatchObject({ outcome: 'created' });
  });
});

describe('changing', () => {
  it('tells what changed, and leaves the rest', async () => {
    const secret = await made('changed');
    const change = { id: 'changed', logo: aPng(8, 8) };
    const outcome = await updateClient(
      house,
      { ...change, change: (was) => ({ ...was, name: 'Other', firstParty: true }) },
      BY,
    );
    expect(outcome).toEqual({ outcome: 'updated', fields: ['name', 'firstParty', 'logo'] });
    expect(await works('changed', secret)).toBe(true);
    expect(await house.clients.logo('changed')).toMatchObject({ type: 'image/png' });
    const [event] = await house.audit.list({ limit: 1, clientId: 'changed' });
    expect(event).toMatchObject({
      name: 'client-updated',
      details: { fields: ['name', 'firstParty', 'logo'] },
    });
  });

  it('does nothing where nothing changes, and refuses by the same rules', async () => {
    const same = { id: 'changed', change: <T>(was: T) => was };
    expect(await updateClient(house, same, BY)).toEqual({ outcome: 'unchanged' });
    expect(await updateClient(house, { ...same, id: 'nobody' }, BY)).toEqual({
      outcome: 'unknown',
    });
    const wrong = await updateClient(
      house,
      { id: 'changed', change: (was) => ({ ...was, redirectUris: ['javascript:alert(1)'] }) },
      BY,
    );
    expect(wrong).toMatchObject({ outcome: 'refused' });
    expect((await events('changed')).filter((name) => name === 'client-updated')).toHaveLength(1);
  });

  it('cannot rename a client', async () => {
    await updateClient(house, { id: 'changed', change: (was) => ({ ...was, id: 'stolen' }) }, BY);
    expect(await house.clients.find('stolen')).toBeUndefined();
  });

  it('lets no parallel change overwrite another unseen', async () => {
    await made('busy');
    for (let round = 0; round < 20; round += 1) {
      const outcomes = await Promise.all(
        ['a', 'b', 'c'].map((letter) =>
          updateClient(
            house,
            {
              id: 'busy',
              change: (was) => ({
                ...was,
                redirectUris: [...was.redirectUris, `https://${letter}${round}.example/`],
              }),
            },
            BY,
          ),
        ),
      );
      const through = outcomes.filter(({ outcome }) => outcome === 'updated').length;
      expect(through).toBeGreaterThanOrEqual(1);
      const uris = (await house.clients.find('busy'))?.redirectUris ?? [];
      expect(uris.filter((uri) => uri.includes(`${round}.example`))).toHaveLength(through);
    }
  });

  it('ends the secrets of a client that needs none any more', async () => {
    const secret = await made('goes-public');
    await updateClient(
      house,
      { id: 'goes-public', change: (was) => ({ ...was, tokenEndpointAuthMethod: 'none' }) },
      BY,
    );
    expect(await works('goes-public', secret)).toBe(false);
  });
});

describe('rotating a secret', () => {
  it('lets old and new work side by side until the overlap is over', async () => {
    const start = house.clock.now;
    const old = await made('rotating');
    const rotated = await rotateSecret(house, { clientId: 'rotating', overlapS: 3600 }, BY);
    if (rotated.outcome !== 'rotated') throw new Error(rotated.outcome);
    expect(rotated.othersEndAt).toEqual(new Date(start.getTime() + 3_600_000));
    expect([await works('rotating', old), await works('rotating', rotated.secret)]).toEqual([
      true,
      true,
    ]);
    house.clock.now = new Date(start.getTime() + 3_599_999);
    expect(await works('rotating', old)).toBe(true);
    house.clock.now = new Date(start.getTime() + 3_600_000);
    expect([await works('rotating', old), await works('rotating', rotated.secret)]).toEqual([
      false,
      true,
    ]);
    expect(await events('rotating')).toEqual(['client-created', 'client-secret-rotated']);
  });

  it('leaves only the newest where there is no overlap, however many come at once', async () => {
    const first = await made('rotated-at-once');
    const wish = { clientId: 'rotated-at-once', overlapS: 0 };
    const outcomes = await Promise.all([1, 2, 3, 4].map(() => rotateSecret(house, wish, BY)));
    const secrets = outcomes.flatMap((one) => (one.outcome === 'rotated' ? [one.secret] : []));
    expect(secrets).toHaveLength(4);
    const working = await Promise.all([first, ...secrets].map((one) => works(wish.clientId, one)));
    expect(working.filter(Boolean)).toHaveLength(1);
  });

  it('keeps the number of secrets that work small', async () => {
    await made('many');
    const wish = { clientId: 'many', overlapS: 60 };
    for (let count = 1; count < MOST_SECRETS; count += 1) {
      expect(await rotateSecret(house, wish, BY)).toMatchObject({ outcome: 'rotated' });
    }
    expect(await rotateSecret(house, wish, BY)).toEqual({ outcome: 'too-many-secrets' });
    expect(await rotateSecret(house, { ...wish, overlapS: 0 }, BY)).toMatchObject({
      outcome: 'rotated',
    });
  });

  it('is nothing for a client without secrets', async () => {
    expect(await rotateSecret(house, { clientId: 'public', overlapS: 0 }, BY)).toEqual({
      outcome: 'needs-no-secret',
    });
    expect(await rotateSecret(house, { clientId: 'nobody', overlapS: 0 }, BY)).toEqual({
      outcome: 'unknown',
    });
  });
});

it('deletes a client once, and tells it once', async () => {
  await made('deleted');
  const outcomes = await Promise.all([1, 2, 3].map(() => deleteClient(house, 'deleted', BY)));
  expect(outcomes.toSorted()).toEqual(['deleted', 'unknown', 'unknown']);
  expect(await events('deleted')).toEqual(['client-created', 'client-deleted']);
});

it('shows of secrets only that they are there', async () => {
  await made('shown');
  const shown = await showClient(house, 'shown');
  expect(shown?.secrets).toEqual([
    { id: expect.any(String), createdAt: expect.any(Date), works: true },
  ]);
});

it('looks for nothing that cannot be a client id', async () => {
  for (const id of ['', 'a\0b', '../x', 'x'.repeat(50_000), 'a b', 'é']) {
    expect(await house.clients.find(id)).toBeUndefined();
    expect(await house.clients.logo(id)).toBeUndefined();
  }
});
