import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Exchange, ExchangeOutcome } from '../../src/oidc/protocol-store.ts';
import { postgresCodeExchanges } from '../../src/stores/postgres/code-exchanges.ts';
import { type TestDatabase, freshDatabase } from '../support/database.ts';
import { DAY_S, HOUR_S, NOW, later, signedIn } from './signed-in.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await freshDatabase();
});
afterAll(() => db.close());

const CALLERS = 20;
const ROUNDS = 100;

/** A code, and as many attempts to exchange it as are wanted. */
async function aCode(takeOverS?: number) {
  const person = await signedIn(db);
  const grant = await person.obtain({});
  const codes = postgresCodeExchanges(db.pool, takeOverS);
  const id = randomUUID();
  const attempt = (change: Partial<Exchange> = {}): Exchange => ({
    id,
    attempt: randomUUID(),
    grantId: grant.id,
    answerSeal: Buffer.from(randomUUID()),
    first: {
      id: randomUUID(),
      grantId: grant.id,
      payload: { seal: randomUUID() },
      expiresAt: later(14 * DAY_S),
    },
    issued: {
      grantType: 'authorization_code',
      circumstances: { actor: 'client', accountId: person.accountId, clientId: 'client' },
    },
    expiresAt: later(HOUR_S),
    ...change,
  });
  const saved = async () => {
    const tokens = await db.prisma.refreshToken.findMany({ where: { grantId: grant.id } });
    const limits = { limit: 1000, accountId: person.accountId };
    const events = await person.audit.list({ ...limits, name: 'tokens-issued' });
    return { tokens: tokens.map((token) => token.id), events };
  };
  return { ...person, grant, codes, id, attempt, saved };
}

const outcomes = (all: ExchangeOutcome[]) => all.map(({ outcome }) => outcome).toSorted();

describe('a code', () => {
  it('is exchanged by one of many at once: its token and its event are saved, and no other', async () => {
    const { codes, attempt, saved, id } = await aCode();
    const tokens: string[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const code = randomUUID();
      const attempts = Array.from({ length: CALLERS }, () => attempt({ id: code }));
      const all = await Promise.all(attempts.map((one) => codes.exchange(one)));
      expect(outcomes(all)).toEqual([
        ...Array.from({ length: CALLERS - 1 }, () => 'unanswered'),
        'won',
      ]);
      tokens.push(attempts[all.findIndex(({ outcome }) => outcome === 'won')]?.first?.id ?? '');
    }
    const { tokens: kept, events } = await saved();
    expect(kept.toSorted()).toEqual(tokens.toSorted());
    expect(events).toHaveLength(ROUNDS);
    expect(events[0]).toMatchObject({
      clientId: 'client',
      details: { grantType: 'authorization_code' },
    });
    expect(await db.prisma.codeExchange.findUnique({ where: { id } })).toBeNull();
  });

  it('of a client without refresh tokens leaves the event alone', async () => {
    const { codes, attempt, saved } = await aCode();
    const { first: _, ...without } = attempt();
    expect(await codes.exchange(without)).toEqual({ outcome: 'won' });
    expect(await saved()).toEqual({ tokens: [], events: [expect.anything()] });
  });

  it('is found answered once that is confirmed, and nothing of the answer is kept', async () => {
    const { codes, attempt, id, grant, accountId, session } = await aCode();
    const one = attempt();
    const vitals = { account: { id: accountId }, session: { id: session.id }, grants: [grant] };
    expect(await codes.find(id, grant.id, NOW)).toMatchObject({ answered: false, vitals });
    await codes.exchange(one);
    expect(await codes.find(id, grant.id, NOW)).toMatchObject({ answered: false });
    expect(await codes.confirm(id, one.attempt)).toBe(true);
    expect(await codes.confirm(id, one.attempt)).toBe(true);
    expect(await codes.find(id, grant.id, NOW)).toMatchObject({ answered: true, vitals });
    expect(await codes.exchange(attempt())).toEqual({ outcome: 'answered' });
    const row = await db.prisma.codeExchange.findUniqueOrThrow({ where: { id } });
    expect(row.answerSeal).toBeNull();
  });

  it('is not found once its grant is dead', async () => {
    const { codes, id, grant, sessions, session } = await aCode();
    await sessions.end(session.id, NOW);
    expect(await codes.find(id, grant.id, NOW)).toBeUndefined();
  });

  it('may be asked for again by the attempt that won it', async () => {
    const { codes, attempt, saved } = await aCode();
    const one = attempt();
    await codes.exchange(one);
    expect(await codes.exchange(one)).toEqual({ outcome: 'won', answerSeal: one.answerSeal });
    expect((await saved()).tokens).toEqual([one.first?.id]);
  });

  it('is taken over with its answer, by one of many, from an attempt that never answers', async () => {
    const { codes, attempt, id, saved } = await aCode(0.2);
    const lost = attempt();
    await codes.exchange(lost);
    expect(await codes.exchange(attempt())).toEqual({ outcome: 'unanswered' });
    // The database's clock cannot be turned.
    await pause(250);
    const attempts = Array.from({ length: CALLERS }, () => attempt());
    const all = await Promise.all(attempts.map((one) => codes.exchange(one)));
    expect(outcomes(all)).toEqual([
      ...Array.from({ length: CALLERS - 1 }, () => 'unanswered'),
      'won',
    ]);
    const heir = all.findIndex(({ outcome }) => outcome === 'won');
    expect(all[heir]).toEqual({ outcome: 'won', answerSeal: lost.answerSeal });
    expect(await saved()).toEqual({ tokens: [lost.first?.id], events: [expect.anything()] });
    expect(await codes.confirm(id, lost.attempt)).toBe(false);
    expect(await codes.confirm(id, attempts[heir]?.attempt ?? '')).toBe(true);
    await pause(250);
    expect(await codes.exchange(attempt())).toEqual({ outcome: 'answered' });
  });

  it('whose grant is deleted is not exchanged', async () => {
    const { codes, attempt, accounts, accountId, saved } = await aCode();
    await accounts.delete(accountId);
    expect(await codes.exchange(attempt())).toEqual({ outcome: 'gone' });
    expect(await saved()).toEqual({ tokens: [], events: [] });
  });

  it('writes nothing of a text that a trail must not hold', async () => {
    const { codes, attempt, saved } = await aCode();
    const { issued } = attempt();
    const circumstances = { ...issued.circumstances, userAgent: 'a\u0000b\nc' };
    await codes.exchange(attempt({ issued: { ...issued, circumstances } }));
    expect((await saved()).events[0]?.userAgent).toBe('abc');
  });
});
