import { createRemoteJWKSet, jwtVerify } from 'jose';
import { gatehouse } from '../support/command-line.ts';
import { openArena } from './arena.ts';
import type { Row } from './table.ts';

const TOKENS = 20_000;
const CALLERS = 16;
const CACHE_S = 2;
const ROTATE_MS = 6_000;

/**
 * Keys rotate while tokens are issued as fast as can be. An application that keeps /jwks for its cache time, and never asks
 * sooner, must be able to check every single one at once.
 */
export async function rotation(): Promise<Row> {
  const arena = await openArena('postgres', { GATEHOUSE_TTL_JWKS: String(CACHE_S) });
  const issuer = arena.servers[0]?.issuer ?? '';
  const keys = createRemoteJWKSet(new URL(`${issuer}/jwks`), {
    cacheMaxAge: CACHE_S * 1000,
    cooldownDuration: 3_600_000,
  });
  const tally = { issued: 0, refused: 0, unverified: 0 };
  const kids = new Set<string>();
  const authorization = `Basic ${Buffer.from(`demo-service:${arena.serviceSecret}`).toString('base64')}`;
  const body = new URLSearchParams({ grant_type: 'client_credentials' });
  // A new key is published for the cache time and a minute before it signs.
  const deadline = performance.now() + 120_000;
  let rotations = 0;
  const rotating = setInterval(() => {
    rotations += 1;
    void gatehouse(['keys', 'rotate'], { env: arena.env });
  }, ROTATE_MS);

  async function caller(index: number): Promise<void> {
    const server = arena.servers[index % arena.servers.length];
    if (!server) return;
    while (tally.issued < TOKENS || (kids.size < 2 && performance.now() < deadline)) {
      tally.issued += 1;
      const answer = await server.ask('/token', { body, headers: { authorization } });
      if (answer.status !== 200) tally.refused += 1;
      else await check(String(answer.json()['access_token']));
    }
  }

  async function check(token: string): Promise<void> {
    try {
      const { protectedHeader } = await jwtVerify(token, keys, { issuer, typ: 'at+jwt' });
      kids.add(protectedHeader.kid ?? '');
    } catch {
      tally.unverified += 1;
    }
  }

  await Promise.all(Array.from({ length: CALLERS }, (_, index) => caller(index)));
  clearInterval(rotating);
  await arena.close();
  return {
    proof: 'keys rotate under load, checked by jose with a cached /jwks',
    expected: `${TOKENS} tokens or more, 0 refused, 0 unverified, several keys`,
    seen: `${tally.issued} tokens, ${tally.refused} refused, ${tally.unverified} unverified, ${kids.size} keys in ${rotations} rotations`,
    holds: tally.refused === 0 && tally.unverified === 0 && kids.size > 1,
  };
}
