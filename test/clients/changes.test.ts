import { createClient } from '../../src/clients/create-client.ts';
import { deleteClient } from '../../src/clients/delete-client.ts';
import { rotateSecret } from '../../src/clients/rotate-secret.ts';
import { updateClient } from '../../src/clients/update-client.ts';
import { type House, enterHouse } from '../../src/furnish.ts';
import { type TestHouse, openTestHouse } from '../support/house.ts';
import { send } from '../support/http.ts';
import { timeUntil } from '../support/stopwatch.ts';
import { aClient } from './a-client.ts';

const BY = { actor: 'cli' } as const;
/** The server that answers, and the command line that changes clients beside it. */
let test: TestHouse;
let beside: House;
beforeAll(async () => {
  test = await openTestHouse();
  beside = await enterHouse(test.settings);
});
afterAll(async () => {
  await beside.close();
  await test.close();
});

async function authorize(redirectUri: string): Promise<number> {
  const query = new URLSearchParams({
    client_id: 'notes',
    response_type: 'code',
    scope: 'openid',
    redirect_uri: redirectUri,
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
  });
  return (await send(`${test.issuer}/auth?${query.toString()}`)).status;
}

async function token(secret: string): Promise<number> {
  const basic = Buffer.from(`service:${secret}`).toString('base64');
  const answer = await send(`${test.issuer}/token`, {
    headers: { Authorization: `Basic ${basic}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  });
  return answer.status;
}

/** Asks again and again until the answer is that one; how long that took, in milliseconds. */
const timeToAnswer = (wanted: number, ask: () => Promise<number>) =>
  timeUntil(async () => (await ask()) === wanted);

it('knows a client within a second of its making, its change and its end', async () => {
  const [first = ''] = aClient().redirectUris;
  const second = 'https://notes.example/second';
  expect(await authorize(first)).toBe(400);
  await createClient(beside, { registration: aClient() }, BY);
  expect(await timeToAnswer(303, () => authorize(first))).toBeLessThan(1000);

  await updateClient(
    beside,
    { id: 'notes', change: (was) => ({ ...was, redirectUris: [second] }) },
    BY,
  );
  expect(await timeToAnswer(303, () => authorize(second))).toBeLessThan(1000);
  expect(await authorize(first)).toBe(400);

  await deleteClient(beside, 'notes', BY);
  expect(await timeToAnswer(400, () => authorize(second))).toBeLessThan(1000);
});

it('takes the new secret within a second, and the old one only while they overlap', async () => {
  const registration = aClient({
    id: 'service',
    grantTypes: ['client_credentials'],
    redirectUris: [],
    postLogoutRedirectUris: [],
    scopes: [],
  });
  const made = await createClient(beside, { registration }, BY);
  const old = made.outcome === 'created' ? (made.secret ?? '') : '';
  expect(await timeToAnswer(200, () => token(old))).toBeLessThan(1000);

  const rotate = async (overlapS: number) => {
    const rotated = await rotateSecret(beside, { clientId: 'service', overlapS }, BY);
    return rotated.outcome === 'rotated' ? rotated.secret : '';
  };
  const next = await rotate(3600);
  expect(await timeToAnswer(200, () => token(next))).toBeLessThan(1000);
  expect(await token(old)).toBe(200);

  test.turnClock(3_600_000);
  expect([await token(old), await token(next)]).toEqual([401, 200]);

  const last = await rotate(0);
  expect(await timeToAnswer(401, () => token(next))).toBeLessThan(1000);
  expect(await token(last)).toBe(200);
});
