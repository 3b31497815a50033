import { Router } from '@koa/router';
import type { Context } from 'koa';
import { z } from 'zod';
import type { Account } from '../accounts/account.ts';
import { circumstancesOf } from '../audit/circumstances-of.ts';
import { readForm } from '../http/form.ts';
import type { Render } from '../http/render.ts';
import type { Interaction, Interactions } from '../oidc/interaction.ts';
import type { PasswordFlaw } from '../passwords/policy.ts';
import { unlessBusy } from '../passwords/unless-busy.ts';
import { doorFor } from './door-for.ts';
import { type ResetPasswordDeps, ownerByProof, resetPassword } from './reset-password.ts';

/** Where somebody who proved the address chooses the new password. They come in with it. */
export interface NewPasswordDeps extends ResetPasswordDeps {
  interactions: Interactions;
  render: Render;
}

const form = z.object({ new_password: z.string().default('') });

type Problem = { flaw: PasswordFlaw } | { busy: true };
type Named = Pick<Account, 'username' | 'givenName' | 'familyName'>;

export function newPasswordRoutes(deps: NewPasswordDeps): Router {
  const { interactions } = deps;
  const router = new Router();

  router.get('/interaction/:uid/password-reset/new-password', async (ctx) => {
    const interaction = await interactions.at(ctx, 'password-reset/new-password');
    if (!interaction) return undefined;
    const owner = await ownerByProof(deps, interaction.progress.proved?.proofId ?? '');
    return owner
      ? show(deps, ctx, interaction, owner)
      : sayItIsOver(interactions, ctx, interaction);
  });

  router.post('/interaction/:uid/password-reset/new-password', async (ctx) => {
    const interaction = await interactions.at(ctx, 'password-reset/new-password');
    if (!interaction) return undefined;
    const { new_password: password } = await readForm(ctx, form);
    const problem = await choose(deps, ctx, interaction, password);
    if (!problem) return undefined;
    const owner = await ownerByProof(deps, interaction.progress.proved?.proofId ?? '');
    return show(deps, ctx, interaction, owner, problem);
  });

  return router;
}

async function choose(
  deps: NewPasswordDeps,
  ctx: Context,
  interaction: Interaction,
  password: string,
): Promise<Problem | undefined> {
  const { progress, client } = interaction;
  const proofId = progress.proved?.proofId ?? '';
  const circumstances = circumstancesOf(ctx, { clientId: client.id });
  const done = await unlessBusy(ctx, () =>
    resetPassword(deps, { proofId, password }, circumstances),
  );
  if (!done) return { busy: true };
  if (done.outcome === 'flawed') {
    ctx.status = 400;
    return { flaw: done.flaw };
  }
  if (done.outcome === 'over') await sayItIsOver(deps.interactions, ctx, interaction);
  else {
    // The mail of the new password tells of this browser too.
    const arrival = { account: done.account, remember: false, announced: true, amr: ['otp'] };
    await deps.interactions.arrive(ctx, interaction, arrival);
  }
  return undefined;
}

/** The page of the code tells what became of the proof. */
function sayItIsOver(
  interactions: Interactions,
  ctx: Context,
  interaction: Interaction,
): Promise<void> {
  return interactions.proceed(ctx, interaction, { proved: undefined });
}

function show(
  { render }: NewPasswordDeps,
  ctx: Context,
  interaction: Interaction,
  { username, givenName, familyName }: Named = {},
  problem?: Problem,
): void {
  render(ctx, 'password-reset/new-password', {
    door: doorFor(ctx, interaction),
    action: `/interaction/${interaction.uid}/password-reset/new-password`,
    email: interaction.progress.proved?.email,
    whose: { username, givenName, familyName },
    ...problem,
  });
}
