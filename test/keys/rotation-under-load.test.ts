import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import type { KeyRing } from '../../src/keys/key-ring.ts';
import type { OpenKeyRing } from '../../src/keys/open-key-ring.ts';
import { ensureKeys } from '../../src/keys/make-keys.ts';
import { rotateIfDue, rotateNow } from '../../src/keys/rotate.ts';
import { HOUR_S, type KeyHouse, keyHouse, MINUTE_S } from './key-house.ts';
import { issueToken } from './issue-token.ts';

const ISSUER = 'http://localhost:3000';
const MINUTES = 120;
const ROTATE_EVERY = 12;
const TOKENS_A_MINUTE = 10;

const servers: Server[] = [];
let house: KeyHouse;
beforeAll(async () => {
  house = await keyHouse();
  await ensureKeys(house.deps);
});
afterAll(async () => {
  for (const server of servers) server.close();
  await house.close();
});

const nowS = () => Math.floor(house.now().getTime() / 1000);

function issue(ring: KeyRing): Promise<string> {
  return issueToken(ring, { iss: ISSUER, iat: nowS(), exp: nowS() + HOUR_S });
}

/** An application that holds /jwks for as long as it may, and never asks earlier, whatever it is shown. */
async function application(ring: KeyRing) {
  const server = createServer((_, response) => response.end(ring.document.body));
  servers.push(server);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address: AddressInfo | string | null = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const jwks = createRemoteJWKSet(new URL(`http://127.0.0.1:${port}/jwks`), {
    cacheMaxAge: Infinity,
    cooldownDuration: Infinity,
  });
  let heldSince = -Infinity;
  let fetches = 0;
  return {
    fetches: () => fetches,
    async verify(token: string) {
      if (nowS() - heldSince >= house.deps.lifetimes.jwksS) {
        await jwks.reload();
        heldSince = nowS();
        fetches += 1;
      }
      await jwtVerify(token, jwks, { issuer: ISSUER, currentDate: house.now() });
    },
  };
}

it('no token fails while keys rotate again and again, at applications that cache /jwks', async () => {
  const rings: OpenKeyRing[] = [await house.openRing(), await house.openRing()];
  const [first, second] = await Promise.all(rings.map((ring) => application(ring)));
  const issued: { token: string; at: number }[] = [];
  let failed = 0;
  const check = async (token: string) => {
    for (const one of [first, second]) await one?.verify(token).catch(() => (failed += 1));
  };

  for (let minute = 0; minute < MINUTES; minute += 1) {
    house.turn(MINUTE_S);
    // Two processes that are awake hear of every change.
    for (const ring of rings) await ring.reread();
    const burst = Array.from({ length: TOKENS_A_MINUTE }, (_, i) => rings[i % 2]).flatMap((ring) =>
      ring ? [issue(ring)] : [],
    );
    if (minute % ROTATE_EVERY === 0) await rotateNow(house.deps);
    await rotateIfDue(house.deps);
    const tokens = await Promise.all(burst);
    for (const token of tokens) await check(token);
    issued.push(...tokens.map((token) => ({ token, at: nowS() })));
    // Once more in the last minute of its life.
    for (const { token } of issued.filter(({ at }) => nowS() - at === HOUR_S - MINUTE_S)) {
      await check(token);
    }
  }

  const kids = new Set(issued.map(({ token }) => decodeProtectedHeader(token).kid));
  expect({ failed, issued: issued.length }).toEqual({
    failed: 0,
    issued: MINUTES * TOKENS_A_MINUTE,
  });
  expect(kids.size).toBeGreaterThanOrEqual(MINUTES / ROTATE_EVERY);
  expect(first?.fetches()).toBe(MINUTES / 10);
});
