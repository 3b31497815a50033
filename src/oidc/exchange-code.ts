import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { type KoaContextWithOIDC, errors } from 'oidc-provider';
import { StoreAway, isStoreAway } from '../transactions/store-away.ts';
import { circumstances } from './circumstances.ts';
import type { ProtocolStorage } from './models/model.ts';
import type { CodeExchangeStore, Exchange, ExchangeOutcome } from './protocol-store.ts';
import { answerAgain, sealAnswer } from './sealed-answer.ts';
import type { UnitOfWork } from './unit-of-work.ts';

/** How long nobody comes back with a code that has expired, whatever clocks say. */
const FORGOTTEN_AFTER_MS = 10 * 60_000;

/**
 * The end of a code: what follows is saved by whoever wins, and its answer goes out once the store has heard of it twice.
 * When the first answer of the store is lost, so is ours, and the client's next try takes the place of this one.
 */
export async function exchangeCode(
  { codeExchanges }: Pick<ProtocolStorage, 'codeExchanges'>,
  ctx: KoaContextWithOIDC,
  unit: UnitOfWork,
): Promise<void> {
  const presented = String(ctx.oidc.params?.['code']);
  const exchange = attemptOf(ctx, unit, sealAnswer(ctx, presented));
  const outcome = await decided(codeExchanges, exchange);
  if (outcome.outcome === 'gone') throw new errors.InvalidGrant('grant is gone');
  if (outcome.outcome !== 'won') throw alreadyRedeemed();
  if (outcome.answerSeal) answerAgain(ctx, presented, outcome.answerSeal);
  if (!(await confirmed(codeExchanges, exchange))) throw alreadyRedeemed();
}

function attemptOf(
  ctx: KoaContextWithOIDC,
  { consumes: id, successor: first }: UnitOfWork,
  answerSeal: Buffer,
): Exchange {
  const code = ctx.oidc.entities.AuthorizationCode;
  if (!id || !code?.grantId || !code.exp) throw new Error('a code is consumed by its exchange');
  return {
    id,
    attempt: randomUUID(),
    grantId: code.grantId,
    answerSeal,
    ...(first && { first }),
    issued: { grantType: 'authorization_code', circumstances: circumstances(ctx) },
    expiresAt: new Date(code.exp * 1000 + FORGOTTEN_AFTER_MS),
  };
}

const alreadyRedeemed = () => new errors.InvalidGrant('authorization code already redeemed');

/** The winner of several at once says within milliseconds that it answers; one that never does is taken over. */
const LOOKS_MS = [10, 20, 40, 80, 160, 320, 500, 500, 500, 500, 500, 500, 500, 500, 500, 500];

async function decided(
  exchanges: CodeExchangeStore,
  exchange: Exchange,
): Promise<Exclude<ExchangeOutcome, { outcome: 'unanswered' }>> {
  for (const ms of LOOKS_MS) {
    const outcome = await exchanges.exchange(exchange);
    if (outcome.outcome !== 'unanswered') return outcome;
    await pause(ms);
  }
  throw new StoreAway('Nobody who redeems this code gets to answer.');
}

/**
 * The tokens are saved: that the store does not answer now keeps nobody from having them. It is told until it has heard,
 * so that the code that comes back is a replay.
 */
async function confirmed(
  exchanges: CodeExchangeStore,
  { id, attempt }: Exchange,
): Promise<boolean> {
  try {
    return await exchanges.confirm(id, attempt);
  } catch (error) {
    if (!isStoreAway(error)) throw error;
    void confirmLater(exchanges, id, attempt);
    return true;
  }
}

const LATER_MS = 250;
/** As long as codes live. */
const TIMES = 240;

async function confirmLater(exchanges: CodeExchangeStore, id: string, attempt: string) {
  for (let times = 0; times < TIMES; times += 1) {
    await pause(LATER_MS, undefined, { ref: false });
    const heard = await exchanges.confirm(id, attempt).catch(() => undefined);
    if (heard !== undefined) return;
  }
}
