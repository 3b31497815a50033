import {
  type KoaContextWithOIDC,
  Provider,
  type TokenEndpointGrantContext,
  errors,
} from 'oidc-provider';
import { postMail } from '../mail/post-mail.ts';
import { circumstances } from './circumstances.ts';
import { exchangeCode } from './exchange-code.ts';
import type { ProtocolStorage } from './models/model.ts';
import type { RotationOutcome } from './protocol-store.ts';
import { putIn } from './put-off-signature.ts';
import { answerAgain, sealAnswer } from './sealed-answer.ts';
import { AlreadyAnswered, type UnitOfWork, asUnitOfWork } from './unit-of-work.ts';

type Names = string | readonly string[] | ReadonlySet<string>;

interface Redemption {
  settle(storage: ProtocolStorage, ctx: KoaContextWithOIDC, unit: UnitOfWork): Promise<void>;
  replayed: 'refresh-token-replayed' | 'authorization-code-replayed';
}

const REDEMPTIONS: Record<string, Redemption> = {
  authorization_code: { settle: exchangeCode, replayed: 'authorization-code-replayed' },
  refresh_token: { settle: rotate, replayed: 'refresh-token-replayed' },
};

/**
 * A Provider that redeems codes and refresh tokens all at once: the library checks, makes and signs, and only then one
 * atomic statement decides. Whatever fails before burns nothing; whoever loses that statement over a refresh token gives
 * the winner's answer, and over a code is refused (exchange-code.ts).
 */
export function transactionalProvider(storage: ProtocolStorage): typeof Provider {
  return class extends Provider {
    // The library's constructor registers its own grants through this method.
    override registerGrantType<Params extends object>(
      name: string,
      handler: (ctx: TokenEndpointGrantContext<Params>) => void | Promise<void>,
      ...parameters: [Names?, Names?]
    ): void {
      const kind = REDEMPTIONS[name];
      const redeeming =
        kind &&
        ((ctx: TokenEndpointGrantContext<Params>) =>
          redeem(storage, kind, ctx, async () => handler(ctx)));
      super.registerGrantType(name, redeeming ?? handler, ...parameters);
    }
  };
}

async function redeem(
  storage: ProtocolStorage,
  kind: Redemption,
  ctx: KoaContextWithOIDC,
  handle: () => Promise<void>,
): Promise<void> {
  await asUnitOfWork(ctx, async (unit) => {
    try {
      await handle();
      await putIn(ctx, unit);
      await kind.settle(storage, ctx, unit);
    } catch (error) {
      if (error instanceof AlreadyAnswered) {
        return giveWinnersAnswer(ctx, await storage.refreshTokens.answerAgain(unit.consumes ?? ''));
      }
      if (unit.stolenGrant) await endFamily(storage, ctx, kind.replayed, unit.stolenGrant);
      throw error;
    }
  });
}

async function rotate(
  storage: ProtocolStorage,
  ctx: KoaContextWithOIDC,
  { consumes: id, successor }: UnitOfWork,
): Promise<void> {
  if (!id || !successor) throw new Error('refresh tokens are rotated at each use');
  const at = storage.now();
  const answerSeal = sealAnswer(ctx, presented(ctx));
  const issued = { grantType: 'refresh_token', circumstances: circumstances(ctx) };
  const outcome = await storage.refreshTokens.rotate({ id, answerSeal, successor, issued, at });
  if (outcome.outcome !== 'won') giveWinnersAnswer(ctx, outcome);
}

function giveWinnersAnswer(ctx: KoaContextWithOIDC, outcome: RotationOutcome): void {
  if (outcome.outcome !== 'answered') {
    throw new errors.InvalidGrant(`refresh token already used: ${outcome.outcome}`);
  }
  answerAgain(ctx, presented(ctx), outcome.answerSeal);
}

function presented({ oidc }: KoaContextWithOIDC): string {
  return String(oidc.params?.['refresh_token']);
}

/**
 * What was handed out before is worth nothing from now on, the trail says why, and the person hears of an old sign-in that
 * came back: once, however often it comes.
 */
async function endFamily(
  { atomically, now, vitals }: ProtocolStorage,
  ctx: KoaContextWithOIDC,
  event: 'refresh-token-replayed' | 'authorization-code-replayed',
  grantId: string,
): Promise<void> {
  const account = vitals.known(ctx)?.account;
  const from = { ...circumstances(ctx), ...(account && { accountId: account.id }) };
  const { clientId = '', clientName } = ctx.oidc.client ?? {};
  const application = clientName ?? clientId;
  await atomically(async ({ grants, audit, ...posting }) => {
    if (!(await grants.revoke(grantId, now()))) return;
    await audit.record(event, { grantId }, from);
    if (account && event === 'refresh-token-replayed') {
      await postMail(posting, event, { application }, account);
    }
  });
}
