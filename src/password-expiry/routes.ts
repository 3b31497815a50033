import { Router } from '@koa/router';
import type { Context } from 'koa';
import { z } from 'zod';
import type { Account } from '../accounts/account.ts';
import { circumstancesOf } from '../audit/circumstances-of.ts';
import { doorOf } from '../clients/door.ts';
import { readForm } from '../http/form.ts';
import type { Render } from '../http/render.ts';
import { tellReader } from '../i18n/language-of.ts';
import type { Interaction, Interactions } from '../oidc/interaction.ts';
import { unlessBusy } from '../passwords/unless-busy.ts';
import { type ChooseAnewDeps, chooseAnew, stillTheSame } from './choose-anew.ts';

/** The step after the right password, where that one has grown too old: another is chosen before anybody is in. */
export interface PasswordExpiryDeps extends ChooseAnewDeps {
  interactions: Interactions;
  render: Render;
}

const form = z.object({ new_password: z.string().default(''), another: z.string().optional() });

interface Problem {
  flaw?: string;
  busy?: boolean;
}

export function passwordExpiryRoutes(deps: PasswordExpiryDeps): Router {
  const { interactions } = deps;
  const router = new Router();

  router.get('/interaction/:uid/password-expiry', async (ctx) => {
    const interaction = await interactions.at(ctx, 'password-expiry');
    if (interaction) await show(deps, ctx, interaction);
  });

  router.post('/interaction/:uid/password-expiry', async (ctx) => {
    const interaction = await interactions.at(ctx, 'password-expiry');
    if (!interaction) return;
    const { new_password: password, another } = await readForm(ctx, form);
    if (another !== undefined) return signInAgain(deps, ctx, interaction);
    const problem = await choose(deps, ctx, interaction, password);
    if (problem) await show(deps, ctx, interaction, problem);
  });

  return router;
}

async function choose(
  deps: PasswordExpiryDeps,
  ctx: Context,
  interaction: Interaction,
  password: string,
): Promise<Problem | undefined> {
  const { client, progress } = interaction;
  const { person } = progress;
  if (!person) return deps.interactions.resume(ctx).then(() => undefined);
  const circumstances = circumstancesOf(ctx, { clientId: client.id });
  const done = await unlessBusy(ctx, () =>
    chooseAnew(deps, { holder: person, password }, circumstances),
  );
  if (!done) return { busy: true };
  if (done.outcome === 'flawed') {
    ctx.status = 400;
    return { flaw: done.flaw };
  }
  if (done.outcome === 'sign-in-again') await signInAgain(deps, ctx, interaction);
  else {
    const { remember, amr } = person;
    const arrival = { account: done.account, remember, amr, announced: true };
    await deps.interactions.arrive(ctx, interaction, arrival);
  }
  return undefined;
}

function signInAgain(
  { interactions }: PasswordExpiryDeps,
  ctx: Context,
  interaction: Interaction,
): Promise<void> {
  return interactions.proceed(ctx, interaction, { person: undefined, wants: 'sign-in' });
}

async function show(
  deps: PasswordExpiryDeps,
  ctx: Context,
  interaction: Interaction,
  problem?: Problem,
): Promise<void> {
  const { uid, own, client, params, progress } = interaction;
  const account: Account | undefined =
    progress.person && (await stillTheSame(deps, progress.person));
  if (!account) return signInAgain(deps, ctx, interaction);
  tellReader(ctx, { uiLocales: params['ui_locales'], account: account.locale });
  const { email, username, givenName, familyName } = account;
  deps.render(ctx, 'password-expiry/password-expiry', {
    door: own ? undefined : doorOf(client, params['redirect_uri']),
    action: `/interaction/${uid}/password-expiry`,
    email,
    whose: { username, givenName, familyName },
    ...problem,
  });
}
