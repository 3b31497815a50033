import { createRemoteJWKSet, jwtVerify } from 'jose';
import { gatehouse } from '../support/command-line.ts';
import { type Arena, openArena } from './arena.ts';
import type { Row } from './table.ts';

const CALLERS = 16;
const CACHE_S = 2;

interface Load {
  proof: string;
  tokens: number;
  /** Several keys must have signed. */
  keys: number;
  everyMs: number;
  rotate: (arena: Arena) => void;
  env?: NodeJS.ProcessEnv;
}

/** Keys of this house. */
export const rotation = () =>
  rotatesUnderLoad({
    proof: 'keys rotate under load, checked by jose with a cached /jwks',
    tokens: 20_000,
    keys: 2,
    everyMs: 6000,
    rotate: ({ env }) => void gatehouse(['keys', 'rotate'], { env }),
  });

/**
 * Keys rotate while tokens are issued as fast as can be. An application that keeps /jwks for its cache time, and never asks
 * sooner, must be able to check every single one at once.
 */
export async function rotatesUnderLoad(load: Load): Promise<Row> {
  const arena = await openArena('postgres', { GATEHOUSE_TTL_JWKS: String(CACHE_S), ...load.env });
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
  const begun = performance.now();
  const deadline = begun + 150_000;
  let rotations = 0;
  const rotating = setInterval(() => {
    rotations += 1;
    load.rotate(arena);
  }, load.everyMs);

  async function caller(index: number): Promise<void> {
    const server = arena.servers[index % arena.servers.length];
    if (!server) return;
    while (tally.issued < load.tokens || (kids.size < load.keys && performance.now() < deadline)) {
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
  const seconds = Math.round((performance.now() - begun) / 1000);
  clearInterval(rotating);
  await arena.close();
  const { issued, refused, unverified } = tally;
  return {
    proof: load.proof,
    expected: `${load.tokens} tokens or more, 0 refused, 0 unverified, ${load.keys} keys or more`,
    seen: `${issued} tokens in ${seconds} s, ${refused} refused, ${unverified} unverified, ${kids.size} keys in ${rotations} rotations`,
    holds: refused === 0 && unverified === 0 && kids.size >= load.keys && issued >= load.tokens,
  };
}
