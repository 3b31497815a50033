import { createApi } from '../../src/apis/create-api.ts';
import { deleteApi } from '../../src/apis/delete-api.ts';
import { registrationFaults } from '../../src/apis/registration.ts';
import type { ApiRegistration } from '../../src/apis/store.ts';
import { updateApi } from '../../src/apis/update-api.ts';
import { aClient } from '../clients/a-client.ts';
import { type Furnished, furnished } from '../support/furnished.ts';
import { anApi } from './an-api.ts';

const BY = { actor: 'cli' } as const;
const ISSUER = 'https://id.example';
const sentences = (changes: Partial<ApiRegistration>) =>
  registrationFaults(anApi(changes), ISSUER).map(({ fault }) => fault);
const scopes = (name: string, descriptions = {}) => ({ scopes: [{ name, descriptions }] });

describe('an API', () => {
  it.each([
    'https://api.example',
    'https://api.example/notes',
    'http://notes.internal:8080/',
    'urn:example:notes',
    'api://notes',
    `${ISSUER}/api`,
  ])('may have the audience %s', (audience) => {
    expect(sentences({ audience })).toEqual([]);
  });

  it.each<[string, Partial<ApiRegistration>, RegExp]>([
    ['no absolute audience', { audience: 'notes' }, /must be an absolute URI/],
    ['an empty audience', { audience: '' }, /must be an absolute URI/],
    ['a fragment', { audience: 'https://api.example/#notes' }, /fragment/],
    ['an empty fragment', { audience: 'https://api.example/#' }, /fragment/],
    ['our own audience', { audience: ISSUER }, /is our own/],
    ['our own audience with a slash', { audience: `${ISSUER}/` }, /is our own/],
    ['another spelling', { audience: 'https://API.example/' }, /must be written https:\/\/api/],
    ['a user', { audience: 'https://me@api.example/' }, /user name or password/],
    ['NUL', { audience: 'https://api.example/\0' }, /must be written/],
    [
      'an endless audience',
      { audience: `https://a.example/${'a'.repeat(500)}` },
      /longer than 500/,
    ],
    ['no name', { name: '' }, /must not be empty/],
    ['a turned name', { name: 'Notes\u202e' }, /direction/],
    ['short lives', { accessTokenS: 59 }, /at least a minute/],
    ['long lives', { accessTokenS: 86_401 }, /longer than a day/],
    ['half a second', { accessTokenS: 60.5 }, /whole number/],
    ['a scope in two words', scopes('read all'), /without blanks/],
    ['a quoted scope', scopes('"read"'), /without blanks or quotes/],
    ['an empty scope', scopes(''), /1 to 100/],
    ['a scope of people', scopes('openid'), /is one of OpenID Connect/],
    ['an offline scope', scopes('offline_access'), /is one of OpenID Connect/],
    ['no English', scopes('read', { fr: 'Lire' }), /needs an English description/],
    ['an invisible description', scopes('read', { en: 'Re\u200bad' }), /invisible/],
    ['an endless description', scopes('read', { en: 'a'.repeat(201) }), /longer than 200/],
    [
      'a scope twice',
      { scopes: [...scopes('read').scopes, ...scopes('read').scopes] },
      /is there twice/,
    ],
  ])('with %s is refused', (_, changes, sentence) => {
    expect(sentences(changes)).toEqual([expect.stringMatching(sentence)]);
  });

  it('may live from a minute to a day, and speak of scopes without describing them', () => {
    expect(sentences({ accessTokenS: 60 })).toEqual([]);
    expect(sentences({ accessTokenS: 86_400 })).toEqual([]);
    expect(sentences(scopes('notes:read.all'))).toEqual([]);
  });
});

const change = (was: ApiRegistration) => ({ ...was, accessTokenS: 300, name: 'Notes' });

describe('with a database', () => {
  let house: Furnished;
  beforeAll(async () => {
    house = await furnished();
    await house.clients.create(aClient({ id: 'gateway' }));
    await house.clients.create(aClient({ id: 'spa', tokenEndpointAuthMethod: 'none' }));
  });
  afterAll(() => house.close());

  const trail = async () =>
    (await house.audit.list({ limit: 100 })).map(({ name, details }) => ({ name, details }));

  it('creates once, and tells it once', async () => {
    const outcomes = await Promise.all([1, 2, 3].map(() => createApi(house, anApi(), BY)));
    expect(outcomes.map(({ outcome }) => outcome).toSorted()).toEqual([
      'created',
      'taken',
      'taken',
    ]);
    const { audience } = anApi();
    expect(await trail()).toEqual([{ name: 'api-created', details: { audience } }]);
  });

  it('is introspected only by clients that exist and can prove who they are', async () => {
    const api = anApi({
      audience: 'https://other.example/',
      introspectedBy: ['gateway', 'spa', 'nobody'],
    });
    expect(await createApi(house, api, BY)).toEqual({
      outcome: 'refused',
      faults: [
        {
          field: 'introspectedBy',
          fault: 'The client spa cannot introspect: it has no way to prove who it is.',
        },
        { field: 'introspectedBy', fault: 'There is no client nobody.' },
      ],
    });
    expect(await house.apis.find(api.audience)).toBeUndefined();
  });

  it('changes what it is told to, and tells which fields', async () => {
    const { audience } = anApi();
    expect(await updateApi(house, { audience, change }, BY)).toEqual({
      outcome: 'updated',
      fields: ['name', 'accessTokenS'],
    });
    expect(await updateApi(house, { audience, change }, BY)).toEqual({ outcome: 'unchanged' });
    expect(await updateApi(house, { audience: 'urn:nothing', change }, BY)).toEqual({
      outcome: 'unknown',
    });
    expect((await trail())[0]).toEqual({
      name: 'api-updated',
      details: { audience, fields: ['name', 'accessTokenS'] },
    });
    const wrong = { audience, change: (was: ApiRegistration) => ({ ...was, name: '' }) };
    expect(await updateApi(house, wrong, BY)).toMatchObject({ outcome: 'refused' });
  });

  it('is deleted once, and tells it once', async () => {
    const { audience } = anApi();
    const outcomes = await Promise.all([1, 2, 3].map(() => deleteApi(house, audience, BY)));
    expect(outcomes.toSorted()).toEqual(['deleted', 'unknown', 'unknown']);
    expect((await trail()).filter(({ name }) => name === 'api-deleted')).toHaveLength(1);
  });
});
