import { Router } from '@koa/router';
import type { Context } from 'koa';
import type { AccountStore } from '../accounts/store.ts';
import type { Render } from '../http/render.ts';
import { seeOther } from '../http/see-other.ts';
import type { Interaction, Interactions } from '../oidc/interaction.ts';
import { type CodeFlaw, type CodePageDeps, answerCodePage, codePage } from '../proofs/code-page.ts';
import { type AddressProof, standingOf } from '../proofs/proof.ts';
import { doorFor } from './door-for.ts';
import { ownerByProof } from './reset-password.ts';

/**
 * The page that waits for the code of the mail. It goes on here alone: whoever opens the link elsewhere chooses the
 * password there, and this page then says so.
 */
export interface ResetCodeDeps extends CodePageDeps {
  interactions: Interactions;
  accounts: Pick<AccountStore, 'find'>;
  render: Render;
}

export function resetCodeRoutes(deps: ResetCodeDeps): Router {
  const { interactions, proofs, now } = deps;
  const router = new Router();
  const proofOf = ({ progress }: Interaction) => proofs.find(progress.proof?.id ?? '');

  router.get('/interaction/:uid/password-reset/code', async (ctx) => {
    const interaction = await interactions.at(ctx, 'password-reset/code');
    if (!interaction) return undefined;
    const proof = await proofOf(interaction);
    if (!proof || !(await ownerByProof(deps, proof.id))) return show(deps, ctx, interaction, proof);
    const proved = { proofId: proof.id, email: proof.email };
    return interactions.proceed(ctx, interaction, { proved });
  });

  router.post('/interaction/:uid/password-reset/code', async (ctx) => {
    const interaction = await interactions.at(ctx, 'password-reset/code');
    if (!interaction) return undefined;
    const { progress, client, uid } = interaction;
    const about = { id: progress.proof?.id ?? '', purpose: 'reset', clientId: client.id } as const;
    const answer = await answerCodePage(deps, ctx, about);
    if (typeof answer === 'object') {
      return show(deps, ctx, interaction, await proofOf(interaction), answer);
    }
    return seeOther(ctx, pathOf(uid) + (answer === 'sent' ? '?sent' : ''));
  });

  router.get('/interaction/:uid/password-reset/code/state', async (ctx) => {
    const interaction = await interactions.look(ctx);
    const standing = interaction && standingOf(await proofOf(interaction), now());
    ctx.body = { state: standing === 'pending' || standing === 'spent' ? 'waiting' : 'moved' };
  });

  return router;
}

const pathOf = (uid: string) => `/interaction/${uid}/password-reset/code`;

function show(
  deps: ResetCodeDeps,
  ctx: Context,
  interaction: Interaction,
  proof: AddressProof | undefined,
  flaw?: CodeFlaw,
): void {
  const page = codePage(deps, proof);
  const { uid } = interaction;
  const waits = page.standing === 'pending' || page.standing === 'spent';
  // Proved, and yet it opens nothing: its account is no longer what it was.
  const standing = page.standing === 'proved' ? 'void' : page.standing;
  deps.render(ctx, `password-reset/${waits ? 'code' : 'ended'}`, {
    door: doorFor(ctx, interaction),
    page: { ...page, standing, ...flaw, sent: 'sent' in ctx.query },
    action: pathOf(uid),
    again: `/interaction/${uid}/password-reset`,
    signIn: `/interaction/${uid}/sign-in`,
  });
}
