import { doorOf } from '../../src/clients/door.ts';
import { updateClient } from '../../src/clients/update-client.ts';
import { type TestHouse, openTestHouse } from '../support/house.ts';
import { send } from '../support/http.ts';
import { aPng, aWebp } from './pictures.ts';

let test: TestHouse;
beforeAll(async () => {
  test = await openTestHouse();
});
afterAll(() => test.close());

async function put(id: string, logo: Buffer | 'none'): Promise<void> {
  const change = { id, change: <T>(was: T) => was, logo };
  expect(await updateClient(test.house, change, { actor: 'cli' })).toMatchObject({
    outcome: 'updated',
  });
}

it('serves a logo as a picture and nothing else', async () => {
  const { id } = await test.client();
  const url = `${test.issuer}/client-logo/${id}`;
  expect((await send(url)).status).toBe(404);

  await put(id, aPng(16, 16));
  const first = await send(url);
  expect(first.status).toBe(200);
  expect(Object.fromEntries(first.headers)).toMatchObject({
    'content-type': 'image/png',
    'content-security-policy': "default-src 'none'; sandbox",
    'x-content-type-options': 'nosniff',
    'cross-origin-resource-policy': 'same-origin',
    etag: expect.stringMatching(/^"[\w-]{43}"$/),
  });
  expect(first.headers.has('set-cookie')).toBe(false);

  const etag = first.headers.get('etag') ?? '';
  const again = await send(url, { headers: { 'If-None-Match': etag } });
  expect([again.status, again.text]).toEqual([304, '']);

  await put(id, aWebp('VP8L', 16, 16));
  const other = await send(url, { headers: { 'If-None-Match': etag } });
  expect([other.status, other.headers.get('content-type')]).toEqual([200, 'image/webp']);
  await put(id, 'none');
  expect((await send(url)).status).toBe(404);
});

it('knows no logo by any other name', async () => {
  for (const path of ['nobody', 'gatehouse', 'a%00b', '..%2f..%2fetc', '%ff', 'x'.repeat(5000)]) {
    const { status } = await send(`${test.issuer}/client-logo/${path}`);
    expect([400, 404]).toContain(status);
  }
});

it('stands where the pages look for it', async () => {
  const { id } = await test.client();
  await put(id, aPng(16, 16));
  const client = await test.house.clients.find(id);
  const { logo = '' } = client ? doorOf(client, undefined) : {};
  expect((await send(`${test.issuer}${logo}`)).status).toBe(200);
});
