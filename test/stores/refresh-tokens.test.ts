import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { NewRefreshToken, RotationOutcome } from '../../src/oidc/protocol-store.ts';
import { postgresCodeExchanges } from '../../src/stores/postgres/code-exchanges.ts';
import { postgresRefreshTokens } from '../../src/stores/postgres/refresh-tokens.ts';
import { type TestDatabase, freshDatabase } from '../support/database.ts';
import { DAY_S, HOUR_S, NOW, later, signedIn } from './signed-in.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await freshDatabase();
});
afterAll(() => db.close());

const CALLERS = 20;
const ROUNDS = 100;

async function aLine(window = { windowS: 30, answers: 100 }, offline = false) {
  const person = await signedIn(db);
  const grant = await person.obtain({ offline });
  const tokens = postgresRefreshTokens(db.pool, window);
  const token = (): NewRefreshToken => ({
    id: randomUUID(),
    grantId: grant.id,
    payload: { seal: randomUUID() },
    expiresAt: later(14 * DAY_S),
  });
  const issued = {
    grantType: 'refresh_token',
    circumstances: { actor: 'client' as const, accountId: person.accountId, clientId: 'client' },
  };
  const first = token();
  await postgresCodeExchanges(db.pool).exchange({
    id: randomUUID(),
    attempt: randomUUID(),
    grantId: grant.id,
    answerSeal: Buffer.from('an answer'),
    first,
    issued,
    expiresAt: later(HOUR_S),
  });
  const rotate = (id: string, at = NOW) => {
    const successor = token();
    const answerSeal = Buffer.from(successor.id);
    const decided = tokens.rotate({ id, answerSeal, successor, issued, at });
    return decided.then((outcome) => ({ ...outcome, successor }));
  };
  const find = (id: string) => tokens.find(id, NOW);
  return { ...person, tokens, grant, first, rotate, find };
}

type Outcome = RotationOutcome & { successor: NewRefreshToken };
const given = (one: Outcome) =>
  one.outcome === 'answered' ? one.answerSeal.toString() : one.successor.id;

describe('a refresh token', () => {
  it('is found with everything that decides whether it lives', async () => {
    const { find, first, grant, accountId, session } = await aLine();
    expect(await find(first.id)).toMatchObject({
      payload: first.payload,
      consumed: false,
      replayable: false,
      vitals: { account: { id: accountId }, session: { id: session.id }, grants: [grant] },
    });
    expect(await find(randomUUID())).toBeUndefined();
  });

  it('is not found once its grant is dead', async () => {
    const { find, first, sessions, session } = await aLine();
    await sessions.end(session.id, NOW);
    expect(await find(first.id)).toBeUndefined();
  });

  it('of an offline grant outlives the session', async () => {
    const { find, first, sessions, session } = await aLine(undefined, true);
    await sessions.end(session.id, NOW);
    expect((await find(first.id))?.vitals.session).toBeUndefined();
    expect((await find(first.id))?.payload).toEqual(first.payload);
  });

  it('has one successor, however many use it at once: all are answered the same', async () => {
    const { first, rotate, find, accountId, audit, grant } = await aLine();
    let current = first.id;
    for (let round = 0; round < ROUNDS; round += 1) {
      const used = current;
      const outcomes = await Promise.all(Array.from({ length: CALLERS }, () => rotate(used)));
      expect(outcomes.filter(({ outcome }) => outcome === 'won')).toHaveLength(1);
      expect(outcomes.filter(({ outcome }) => outcome === 'answered')).toHaveLength(CALLERS - 1);
      const answers = new Set(outcomes.map(given));
      expect(answers.size).toBe(1);
      [current = ''] = answers;
      expect(await find(current)).toMatchObject({ consumed: false });
      expect(await find(used)).toMatchObject({ consumed: true, replayable: true });
    }
    const kept = await db.prisma.refreshToken.count({ where: { grantId: grant.id } });
    expect(kept).toBe(ROUNDS + 1);
    const events = await audit.list({ limit: 1000, accountId, name: 'tokens-issued' });
    expect(events).toHaveLength(ROUNDS + 1);
    expect(events[0]).toMatchObject({
      clientId: 'client',
      details: { grantType: 'refresh_token' },
    });
  });

  it('gives its answer again while the window is open by the database, whatever the clock here says', async () => {
    const { first, rotate, find, tokens } = await aLine({ windowS: 1, answers: 100 });
    const { successor } = await rotate(first.id);
    const answered = { outcome: 'answered', answerSeal: Buffer.from(successor.id) };
    expect(await tokens.answerAgain(first.id)).toEqual(answered);
    expect(await rotate(first.id, later(DAY_S))).toMatchObject(answered);
    // The database's clock cannot be turned.
    await pause(1100);
    expect(await find(first.id)).toMatchObject({ consumed: true, replayable: false });
    expect(await tokens.answerAgain(first.id)).toEqual({ outcome: 'too-late' });
    expect(await rotate(first.id)).toMatchObject({ outcome: 'too-late' });
    expect(await find(successor.id)).toMatchObject({ consumed: false });
  });

  it('gives its answer again a hundred times at most, also to many at once', async () => {
    const { first, rotate, find, tokens } = await aLine();
    const { successor } = await rotate(first.id);
    const outcomes = await Promise.all(
      Array.from({ length: 150 }, (_, index) =>
        index % 2 ? rotate(first.id) : tokens.answerAgain(first.id),
      ),
    );
    expect(outcomes.filter(({ outcome }) => outcome === 'answered')).toHaveLength(100);
    expect(outcomes.filter(({ outcome }) => outcome === 'answered-too-often')).toHaveLength(50);
    expect(await find(successor.id)).toMatchObject({ consumed: false });
  });

  it('that is unknown, or whose grant is deleted, is not exchanged', async () => {
    const { rotate, first, accounts, accountId, tokens } = await aLine();
    expect(await rotate(randomUUID())).toMatchObject({ outcome: 'gone' });
    await accounts.delete(accountId);
    expect(await rotate(first.id)).toMatchObject({ outcome: 'gone' });
    expect(await tokens.answerAgain(first.id)).toEqual({ outcome: 'gone' });
  });

  it('is exchanged, or gone, while its account is being deleted: nothing else', async () => {
    for (let round = 0; round < 20; round += 1) {
      const { rotate, first, accounts, accountId } = await aLine();
      const rotations = Array.from({ length: 10 }, () => rotate(first.id, later(HOUR_S)));
      const [outcomes] = await Promise.all([Promise.all(rotations), accounts.delete(accountId)]);
      const seen = new Set(outcomes.map(({ outcome }) => outcome));
      expect(['won', 'answered', 'gone']).toEqual(expect.arrayContaining([...seen]));
      expect(await db.prisma.refreshToken.count({ where: { id: first.id } })).toBe(0);
    }
  });

  it('keeps its session alive by being used, unless it is offline', async () => {
    expect(await lastUseAfterRotation(false)).toEqual(later(HOUR_S));
    expect(await lastUseAfterRotation(true)).toEqual(NOW);
  });
});

async function lastUseAfterRotation(offline: boolean) {
  const { rotate, first, sessions, accountId } = await aLine(undefined, offline);
  await rotate(first.id, later(HOUR_S));
  return (await sessions.listLiving(accountId, NOW))[0]?.lastUsedAt;
}
