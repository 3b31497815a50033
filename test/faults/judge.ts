import { MAX_TRIES } from '../../src/proofs/proof.ts';
import { createLocalJWKSet, decodeJwt, jwtVerify } from 'jose';
import type { Evidence } from './evidence.ts';
import type { Call, Fact } from './record.ts';

/** Holds what was seen and what is kept against what is promised, when all is over. */
export interface Finding {
  invariant: string;
  is: 'lost' | 'duplicated' | 'wrong';
  what: string;
}

export interface Judged {
  calls: readonly Call[];
  facts: readonly Fact[];
  evidence: Evidence;
}

export async function judge(judged: Judged): Promise<Finding[]> {
  const checks = [
    endedVisits,
    redeemedOnce,
    nothingOutlived,
    strandedNobody,
    sameSuccessor,
    independentChains,
    promisedMails,
    keptAccounts,
    keptPasswords,
    sameSubject,
    fewTries,
    oneEffect,
    sessionsOfOne,
    nothingHalfDone,
    trailOfSessions,
    scopesAsGranted,
    nobodyElsesData,
  ];
  return [...checks.flatMap((check) => check(judged)), ...(await verifiedTokens(judged))];
}

type Is<Name extends Fact['is']> = Extract<Fact, { is: Name }>;

function all<Name extends Fact['is']>(facts: readonly Fact[], name: Name): Is<Name>[] {
  return facts.filter((fact): fact is Is<Name> => fact.is === name);
}

const lost = (invariant: string, what: string): Finding => ({ invariant, is: 'lost', what });
const wrong = (invariant: string, what: string): Finding => ({ invariant, is: 'wrong', what });
const twice = (invariant: string, what: string): Finding => ({ invariant, is: 'duplicated', what });

/** Whoever came got through in the end. */
function endedVisits({ facts }: Judged): Finding[] {
  const ends = new Map(all(facts, 'ended').map((end) => [end.visit, end]));
  return all(facts, 'begun').flatMap(({ kind, visit }) => {
    const end = ends.get(visit);
    if (end?.how === 'done') return [];
    return [lost('visits', `${kind}: ${end?.why ?? 'never ended'}`)];
  });
}

/** I-1. */
function redeemedOnce({ facts }: Judged): Finding[] {
  const again = all(facts, 'replayed').filter(({ status }) => status === 200);
  return [
    ...moreThanOnce(all(facts, 'redeemed').map(({ code }) => code)).map(() =>
      twice('I-1', 'a code gave tokens twice'),
    ),
    ...again.map(() => twice('I-1', 'a stolen code gave tokens')),
  ];
}

/** I-2, I-10. */
function nothingOutlived({ facts }: Judged): Finding[] {
  return all(facts, 'outlived').map(({ what }) =>
    wrong('I-2, I-10', `${what} left its token alive`),
  );
}

/** I-4. */
function strandedNobody({ facts }: Judged): Finding[] {
  return all(facts, 'stranded').map(({ error, sinceMs, unanswered }) =>
    lost('I-4', `refresh: ${error} after ${Math.round(sinceMs)} ms, ${unanswered} unanswered`),
  );
}

/** I-5. */
function sameSuccessor({ facts }: Judged): Finding[] {
  return all(facts, 'refreshed-at-once')
    .filter(({ answers }) => new Set(answers).size > 1)
    .map(() => twice('I-5', 'one refresh token gave two successors'));
}

/** I-3: a person has no more living chains than codes were exchanged. */
function independentChains({ evidence }: Judged): Finding[] {
  return evidence.accounts
    .filter(({ leaves, exchanges }) => leaves > exchanges)
    .map(({ leaves, exchanges }) => twice('I-3', `${leaves} chains of ${exchanges} codes`));
}

/** I-13. */
function promisedMails({ facts, evidence }: Judged): Finding[] {
  const { taken, kept } = evidence;
  const there = new Set(taken.map(({ template, to }) => `${template} ${to}`));
  const known = new Set(kept);
  const made = all(facts, 'account-made').map(({ email }) => ({ email, template: 'welcome' }));
  return [
    ...[...all(facts, 'promised'), ...made]
      .filter(({ template, email }) => !there.has(`${template} ${email}`))
      .map(({ template }) => lost('I-13', `a mail of ${template} never came`)),
    ...moreThanOnce(taken.map(({ id }) => id)).map(() => twice('I-13', 'a mail came twice')),
    ...taken.filter(({ id }) => !known.has(id)).map(() => wrong('I-13', 'a mail without a record')),
  ];
}

/** I-9. */
function keptAccounts({ facts, evidence }: Judged): Finding[] {
  const known = new Map(evidence.accounts.map((account) => [account.email, account]));
  return all(facts, 'account-made').flatMap(({ email }) => {
    const account = known.get(email);
    if (!account) return [lost('I-9', 'an account that was made is not there')];
    return account.created === 1
      ? []
      : [wrong('I-17', `made ${account.created} times, by the trail`)];
  });
}

/** I-16. */
function keptPasswords({ facts, evidence }: Judged): Finding[] {
  const known = new Map(evidence.accounts.map((account) => [account.email, account]));
  return [
    ...evidence.accounts
      .filter(({ hash }) => !hash.startsWith('$argon2id$v=19$'))
      .map(() => wrong('I-16', 'a password hash that cannot be read')),
    ...all(facts, 'password-set')
      .filter(({ email }) => known.get(email)?.passwordChanged !== true)
      .map(() => lost('I-16', 'a new password was not kept')),
  ];
}

/** I-6: of any number of tries five are looked at. */
function fewTries({ evidence }: Judged): Finding[] {
  const { mostTries } = evidence.kinds;
  return mostTries > MAX_TRIES ? [wrong('I-6', `${mostTries} tries of one code`)] : [];
}

/** I-8. */
function oneEffect({ evidence }: Judged): Finding[] {
  return evidence.accounts
    .filter(({ resets, resetProofs }) => resets > resetProofs)
    .map(({ resets, resetProofs }) => twice('I-8', `${resets} resets of ${resetProofs} proofs`));
}

/** I-12. */
function sessionsOfOne({ facts }: Judged): Finding[] {
  const owners = new Map<string, string>();
  return all(facts, 'session').flatMap(({ of, cookie }) => {
    const owner = owners.get(cookie) ?? of;
    owners.set(cookie, owner);
    return owner === of ? [] : [wrong('I-12', 'one session of two people')];
  });
}

/** I-15: what was used up gave tokens, in the same statement. */
function nothingHalfDone({ evidence }: Judged): Finding[] {
  const { exchanges, exchangesTold, rotations, rotationsTold } = evidence.kinds;
  return [
    ...(exchanges > exchangesTold
      ? [lost('I-15', `${exchanges} codes used up, ${exchangesTold} gave tokens`)]
      : []),
    ...(rotations > rotationsTold
      ? [lost('I-15', `${rotations} refresh tokens used up, ${rotationsTold} gave others`)]
      : []),
  ];
}

/** I-11. */
function sameSubject({ facts }: Judged): Finding[] {
  const subjects = new Map<string, string>();
  const owners = new Map<string, string>();
  return all(facts, 'issued').flatMap(({ jwt, of }) => {
    const { sub = '' } = decodeJwt(jwt);
    const was = subjects.get(of) ?? sub;
    const owner = owners.get(sub) ?? of;
    subjects.set(of, was);
    owners.set(sub, owner);
    if (was !== sub) return [wrong('I-11', 'the subject of somebody changed')];
    return owner === of ? [] : [wrong('I-11', 'two people have one subject')];
  });
}

/** I-17. */
function trailOfSessions({ evidence }: Judged): Finding[] {
  return evidence.accounts
    .filter(({ sessions, signedIn }) => sessions > signedIn)
    .map(({ sessions, signedIn }) => wrong('I-17', `${sessions} sessions, ${signedIn} signed-in`));
}

/** I-20. */
function scopesAsGranted({ facts }: Judged): Finding[] {
  const granted = new Set(['', 'openid', 'email', 'undefined']);
  return all(facts, 'issued')
    .filter(({ scope }) => scope.split(' ').some((one) => !granted.has(one)))
    .map(({ scope }) => wrong('I-20', `a token for ${scope}`));
}

/** I-21. */
function nobodyElsesData({ calls }: Judged): Finding[] {
  return calls
    .filter(({ of, seen }) => seen.some((mark) => mark !== of))
    .map(({ what }) => wrong('I-21', `${what} shows somebody else's address`));
}

/** I-14. */
async function verifiedTokens({ facts, evidence }: Judged): Promise<Finding[]> {
  const keys = createLocalJWKSet(evidence.jwks);
  const findings: Finding[] = [];
  for (const { jwt, at } of all(facts, 'issued')) {
    const currentDate = new Date(performance.timeOrigin + at);
    const good = await jwtVerify(jwt, keys, { issuer: evidence.issuer, currentDate }).then(
      () => true,
      () => false,
    );
    if (!good) findings.push(wrong('I-14', 'a token that cannot be verified'));
  }
  return findings;
}

function moreThanOnce(names: readonly string[]): string[] {
  const seen = new Set<string>();
  const again = new Set<string>();
  for (const name of names) (seen.has(name) ? again : seen).add(name);
  return [...again];
}
