import { setTimeout as sleep } from 'node:timers/promises';
import type { VaultMood } from '../support/vault-server.ts';
import { MISBEHAVIOURS } from '../support/vault-transit-sign.ts';
import type { Fault, Notes, Patience } from './experiment.ts';
import { nobodyBeginsAnew, seconds, staysUp } from './health.ts';
import { lasted, p99 } from './measure.ts';
import type { Kind } from './record.ts';
import type { Signer } from './signer.ts';
import type { Stage } from './stage.ts';

/** Whoever needs a signature. Of a sign-in that is the exchange of its code alone. */
const SIGNED: readonly Kind[] = ['sign-in', 'refresh', 'client-credentials'];
const BAR = { longestMs: 3000, recoveryMs: 2000, mayFail: SIGNED } as const;
const LONG = { vault: { tokensLiveS: 3600 } };
/** What one signature may take, and what all else of its request does, beside what it took before. */
const SIGN_LIMIT_MS = 1000;
const BESIDE_MS = 100;

export const VAULT_FAULTS: Fault[] = [
  {
    id: 'F-21',
    what: 'Vault is sealed, then a standby, then answers 500',
    stage: LONG,
    bar: BAR,
    hurt: becomes('sealed'),
    during: oneAfterTheOther('sealed', 'standby', {
      answer: { status: 500, body: { errors: ['internal error'] } },
    }),
    heal: becomes('well'),
    after: unharmed,
  },
  {
    id: 'F-22',
    what: 'Vault ends our tokens three times, and takes every permission away',
    // Short, so that they are renewed meanwhile.
    stage: { vault: { tokensLiveS: 9 } },
    bar: BAR,
    hurt: endTokens,
    during: refusesAll,
    heal: becomes('well'),
    after: unharmed,
  },
  {
    id: 'F-23',
    what: 'Vault signs 2 s late, then never',
    stage: LONG,
    bar: BAR,
    hurt: becomes({ slowMs: 2000 }),
    during: refusesInTime,
    heal: becomes('well'),
    after: unharmed,
  },
  {
    id: 'F-24',
    what: `Vault gives wrong signatures, of ${MISBEHAVIOURS.length} kinds`,
    stage: LONG,
    bar: BAR,
    hurt: (stage) => signerOf(stage).engine.misbehave(MISBEHAVIOURS[0]),
    during: misbehavesInAllWays,
    heal: (stage) => signerOf(stage).engine.misbehave(undefined),
    after: unharmed,
  },
  {
    id: 'F-25',
    what: 'the key in Vault is rotated beside us, then its older versions may not sign any more',
    stage: LONG,
    bar: BAR,
    hurt: rotateBeside,
    during: refusesOldVersions,
    heal: (stage) => allowsFrom(stage, 1),
    after: unharmed,
  },
  {
    id: 'F-27',
    what: 'PostgreSQL, Redis and Vault are away together; /jwks and discovery go on',
    stage: LONG,
    arrivals: { readDocuments: 10, signUp: 0, resetPassword: 0 },
    bar: {
      longestMs: 3000,
      recoveryMs: 5000,
      mayFail: [...SIGNED, 'live-session', 'me', 'sign-out'],
    },
    hurt(stage) {
      stage.ways.postgres.cut();
      stage.ways.redis.cut();
      signerOf(stage).way.cut();
    },
    heal(stage) {
      stage.ways.postgres.heal();
      stage.ways.redis.heal();
      signerOf(stage).way.heal();
    },
    after: staysUp,
  },
];

function signerOf({ signer }: Stage): Signer {
  if (!signer) throw new Error('nothing is signed in Vault here');
  return signer;
}

function becomes(mood: VaultMood) {
  return (stage: Stage) => signerOf(stage).server.become(mood);
}

function oneAfterTheOther(...moods: VaultMood[]) {
  return async (stage: Stage, _notes: Notes, { outageMs }: Patience) => {
    for (const mood of moods) {
      signerOf(stage).server.become(mood);
      await sleep(outageMs / moods.length - 100);
    }
  };
}

/** Nothing burned, and nobody gone. */
async function unharmed(stage: Stage, notes: Notes): Promise<void> {
  await staysUp(stage, notes);
  await nobodyBeginsAnew(stage, notes);
}

/** A token that has ended is replaced by one new login, and hardly anybody notices. */
async function endTokens(stage: Stage, _patience: Patience, { note, broken }: Notes) {
  const { server, revokeTokens } = signerOf(stage);
  const renewals = renewalsIn(server.asked);
  const since = performance.now();
  for (let times = 0; times < 3; times += 1) {
    const before = server.tokens.logins();
    revokeTokens();
    await sleep(4000);
    const logins = server.tokens.logins() - before;
    if (logins < 1 || logins > 2 * stage.servers.length)
      broken(`${logins} logins after tokens ended`);
  }
  const late = failedSince(stage, since);
  note(`${late.length} errors while tokens ended three times, ${renewals} renewals before`);
  if (renewals === 0) broken('no token was renewed');
  if (late.length > 0) broken(`${late.length} errors, although there was a way in`);
}

const renewalsIn = (asked: readonly string[]) =>
  asked.filter((line) => line.endsWith('auth/token/renew-self')).length;

const failedSince = ({ recorder }: Stage, since: number) =>
  recorder.calls.filter(
    ({ startedAt, status }) => startedAt >= since && (status === 0 || status >= 500),
  );

/** Where no login helps, nobody knocks on and on. */
async function refusesAll(stage: Stage, { note, broken }: Notes, { outageMs }: Patience) {
  const { server } = signerOf(stage);
  server.become('forbidden');
  const before = server.asked.length;
  await sleep(outageMs - 500);
  const logins = server.asked.slice(before).filter((line) => line.endsWith('approle/login')).length;
  const perS = logins / (outageMs / 1000) / stage.servers.length;
  note(`${perS.toFixed(1)} logins a second and server while it refused all`);
  if (perS > 2) broken('it logs in again and again');
}

/** Late and silent alike: a token is refused as soon as its time is up. */
async function refusesInTime(stage: Stage, { note, broken }: Notes, { outageMs }: Patience) {
  const began = performance.now();
  await sleep(outageMs / 2);
  signerOf(stage).server.become('hang');
  await sleep(outageMs / 2 - 200);
  const tokens = (from: number) =>
    stage.recorder.calls.filter(
      ({ what, startedAt }) => what === 'POST /token' && startedAt >= from,
    );
  const before = tokens(0).filter(({ endedAt }) => endedAt < began);
  const now = p99(tokens(began));
  note(`p99 of tokens ${Math.round(now)} ms, ${Math.round(p99(before))} ms before`);
  const most = SIGN_LIMIT_MS + BESIDE_MS + Math.max(...before.map(lasted));
  if (now > most) broken(`p99 of tokens ${seconds(now)}, promised ${seconds(most)}`);
}

async function misbehavesInAllWays(stage: Stage, { note, broken }: Notes, { outageMs }: Patience) {
  const { engine } = signerOf(stage);
  for (const way of MISBEHAVIOURS) {
    engine.misbehave(way);
    await sleep(outageMs / MISBEHAVIOURS.length - 50);
  }
  const told = stage.servers.filter(({ stdout, stderr }) =>
    `${stdout()}${stderr()}`.includes('does not verify'),
  );
  note(`${told.length} of ${stage.servers.length} servers told of signatures that do not verify`);
  if (told.length < stage.servers.length) broken('nobody was told');
}

/** Versions that somebody else makes are published, and nothing else changes. */
async function rotateBeside(stage: Stage, _patience: Patience, { note, broken }: Notes) {
  const { engine } = signerOf(stage);
  engine.operate('keys/gatehouse/rotate');
  engine.operate('keys/gatehouse/rotate');
  const rotatedAt = performance.now();
  await sleep(4000);
  const shown = await keysShown(stage);
  const errors = failedSince(stage, rotatedAt).length;
  note(`${shown} keys in /jwks after two rotations, ${errors} errors`);
  if (shown < 3) broken('a version that was made in Vault is not published');
  if (errors > 0) broken(`${errors} errors after rotations alone`);
}

/** The newest ones are not known to applications yet: until they are, or Vault is told otherwise, nothing is signed. */
async function refusesOldVersions(stage: Stage, { note, broken }: Notes, { outageMs }: Patience) {
  allowsFrom(stage, 3);
  const since = performance.now();
  await sleep(outageMs - 4500);
  note(`${failedSince(stage, since).length} refused while older versions might not sign`);
  const told = stage.servers.every(({ stdout, stderr }) =>
    `${stdout()}${stderr()}`.includes('may not use'),
  );
  if (!told) broken('nobody was told');
}

function allowsFrom(stage: Stage, version: number): void {
  signerOf(stage).engine.operate('keys/gatehouse/config', { min_encryption_version: version });
}

async function keysShown({ issuer, recorder }: Stage): Promise<number> {
  const { keys } = (await recorder.sender('documents')(`${issuer}/jwks`)).json();
  return Array.isArray(keys) ? keys.length : 0;
}
