import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { type ServerResponse, createServer } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { type JSONWebKeySet, SignJWT, exportJWK, generateKeyPair } from 'jose';
import { gatehouse } from '../support/command-line.ts';
import type { Fault, Notes, Patience } from './experiment.ts';
import { seconds, staysUp } from './health.ts';
import { lasted } from './measure.ts';
import type { ServerOptions, Stage } from './stage.ts';

export const CLIENT_FAULTS: Fault[] = [
  {
    id: 'F-28',
    what: 'the places where three clients publish their keys are down, silent and endless',
    stage: { how: withPlaces },
    bar: { longestMs: 3000, recoveryMs: 2000, errors: 0 },
    prepare: addClients,
    hurt: () => void (isHurt = true),
    during: authenticateAllTheTime,
    heal: () => void (isHurt = false),
    after: forgiven,
  },
];

const WAYS: Record<string, (response: ServerResponse) => void> = {
  down: (response) => void response.destroy(),
  silent: () => {},
  endless(response) {
    const piece = Buffer.alloc(64 * 1024, ' ');
    const go = () => {
      while (!response.destroyed && response.write(piece));
    };
    response.on('drain', go);
    go();
  },
};
const NAMES = Object.keys(WAYS);
const LONGEST_MS = 3000;
/** How long a place that failed is left alone, and a little. */
const FORGIVEN_MS = 33_000;

let isHurt = false;
const keys = await generateKeyPair('ES256', { extractable: true });

async function withPlaces(): Promise<ServerOptions> {
  const jwks: JSONWebKeySet = { keys: [{ ...(await exportJWK(keys.publicKey)), alg: 'ES256' }] };
  const place = createServer((request, response) => {
    const way = WAYS[(request.url ?? '').slice(1)];
    if (isHurt && way) way(response);
    else response.end(JSON.stringify(jwks));
  });
  await once(place.listen(0, '127.0.0.1').unref(), 'listening');
  const address = place.address();
  const port = typeof address === 'object' ? address?.port : 0;
  const module = pathToFileURL(join(import.meta.dirname, 'elsewhere.js'));
  module.searchParams.set('place', `http://127.0.0.1:${port}`);
  return { env: { NODE_OPTIONS: `--import=${module.href}` } };
}

async function addClients({ env, issuer }: Stage): Promise<void> {
  for (const name of NAMES) {
    const words = ['client', 'create', `--id=${name}`, `--name=${name}`, '--service'];
    const at = ['--auth=private_key_jwt', `--jwks-uri=https://keys.example/${name}`];
    const { code, err } = await gatehouse([...words, ...at], { env: { ...env, ISSUER: issuer } });
    if (code !== 0) throw new Error(err);
  }
}

async function authenticate({ servers, issuer }: Stage, id: string, turn: number) {
  const assertion = await new SignJWT({ iss: id, sub: id, aud: issuer, jti: randomUUID() })
    .setProtectedHeader({ alg: 'ES256' })
    .setExpirationTime('1m')
    .sign(keys.privateKey);
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: id,
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: assertion,
  });
  const began = performance.now();
  const answer = await servers[turn % servers.length]?.ask('/token', { body });
  return { status: answer?.status, ms: performance.now() - began };
}

const EVERY_MS = 500;

/** They come again and again; each is refused in time, and for that alone. */
async function authenticateAllTheTime(
  stage: Stage,
  { note, broken }: Notes,
  { outageMs }: Patience,
): Promise<void> {
  const began = performance.now();
  const seen: Promise<{ status: number | undefined; ms: number }>[] = [];
  for (let turn = 0; turn * EVERY_MS < outageMs - LONGEST_MS; turn += 1) {
    seen.push(...NAMES.map((name) => authenticate(stage, name, turn)));
    await sleep(EVERY_MS);
  }
  const answers = await Promise.all(seen);
  const { calls } = stage.recorder;
  const before = calls.filter(({ endedAt }) => endedAt < began).map(lasted);
  const longestMs = Math.max(...answers.map(({ ms }) => ms));
  note(`${answers.length} tries of theirs, the longest ${seconds(longestMs)}`);
  const odd = answers.filter(({ status }) => status !== 401);
  if (odd.length > 0) broken(`${odd.length} of them were answered ${odd[0]?.status}`);
  if (longestMs > LONGEST_MS + Math.max(...before)) broken(`one waited ${seconds(longestMs)}`);
}

async function forgiven(stage: Stage, notes: Notes): Promise<void> {
  await staysUp(stage, notes);
  for (const name of NAMES) {
    const since = performance.now();
    let status: number | undefined;
    for (let turn = 0; status !== 200 && performance.now() - since < FORGIVEN_MS; turn += 1) {
      ({ status } = await authenticate(stage, name, turn));
      await sleep(EVERY_MS);
    }
    if (status !== 200) notes.broken(`the client ${name} is still refused`);
  }
}
