import { Router } from '@koa/router';
import type { Context } from 'koa';
import { circumstancesOf } from '../audit/circumstances-of.ts';
import { doorOf } from '../clients/door.ts';
import { readForm } from '../http/form.ts';
import type { Render } from '../http/render.ts';
import { languageOf, tellReader } from '../i18n/language-of.ts';
import type { Interaction, Interactions } from '../oidc/interaction.ts';
import { unlessBusy } from '../passwords/unless-busy.ts';
import { type AddressProof, standingOf } from '../proofs/proof.ts';
import {
  type DetailsSettings,
  type Typed,
  type Whys,
  form,
  ownFieldsIn,
  readDetails,
  whysOf,
} from './details.ts';
import { type SignUpDeps, type SignUpOutcome, signUp } from './sign-up.ts';

/** The page after the code: name, password, and what the operator asks besides. */
export interface DetailsDeps extends SignUpDeps {
  settings: DetailsSettings;
  interactions: Interactions;
  render: Render;
}

/** What is wrong, by the name of the field; `busy` is about none. */
interface Flaws {
  error?: 'flawed' | 'busy';
  whys: Whys;
}

export function detailsRoutes(deps: DetailsDeps): Router {
  const { interactions } = deps;
  const router = new Router();

  router.get('/interaction/:uid/sign-up/details', async (ctx) => {
    const interaction = await interactions.at(ctx, 'sign-up/details');
    if (!interaction) return;
    tellReader(ctx, { uiLocales: interaction.params['ui_locales'] });
    await showStanding(deps, ctx, interaction);
  });

  router.post('/interaction/:uid/sign-up/details', async (ctx) => {
    const interaction = await interactions.at(ctx, 'sign-up/details');
    if (!interaction) return;
    tellReader(ctx, { uiLocales: interaction.params['ui_locales'] });
    const typed = await readForm(ctx, form);
    if (typed.instead) return goElsewhere(deps, ctx, interaction, typed.instead);
    const flaws = await make(deps, ctx, interaction, typed);
    if (flaws) show(deps, ctx, interaction, { typed, flaws });
  });

  return router;
}

/** The address was proved for an account: any other way begins without that. */
function goElsewhere(
  { interactions }: DetailsDeps,
  ctx: Context,
  interaction: Interaction,
  wants: NonNullable<Typed['instead']>,
): Promise<void> {
  const email = wants === 'sign-up' ? undefined : interaction.progress.proved?.email;
  const anew = { wants, email, proof: undefined, proved: undefined };
  return interactions.proceed(ctx, interaction, anew);
}

async function showStanding(
  deps: DetailsDeps,
  ctx: Context,
  interaction: Interaction,
): Promise<void> {
  const proof = await proofOf(deps, interaction);
  if (!proof) return goElsewhere(deps, ctx, interaction, 'sign-up');
  if (proof.state === 'proved' && (await deps.accounts.findByEmail(proof.emailCanonical))) {
    return showKnown(deps, ctx, interaction);
  }
  return show(deps, ctx, interaction);
}

async function proofOf(
  { proofs, now }: DetailsDeps,
  { progress }: Interaction,
): Promise<AddressProof | undefined> {
  const proof = await proofs.find(progress.proved?.proofId ?? '');
  const standing = standingOf(proof, now());
  return standing === 'proved' || standing === 'used' ? proof : undefined;
}

async function make(
  deps: DetailsDeps,
  ctx: Context,
  interaction: Interaction,
  typed: Typed,
): Promise<Flaws | undefined> {
  const { wish, whys } = readDetails(deps.settings, typed, languageOf(ctx, deps.now()));
  if (Object.keys(whys).length > 0) return refused(ctx, 400, whys);
  const proofId = interaction.progress.proved?.proofId ?? '';
  const circumstances = circumstancesOf(ctx, { clientId: interaction.client.id });
  const made = await unlessBusy(ctx, () => signUp(deps, { proofId, ...wish }, circumstances));
  if (!made) return { error: 'busy', whys: {} };
  if (made.outcome === 'flawed') return refused(ctx, 400, whysOf(made.flaws));
  if (made.outcome === 'username-taken') return refused(ctx, 409, { username: 'taken' });
  await goOn(deps, ctx, interaction, made);
  return undefined;
}

async function goOn(
  deps: DetailsDeps,
  ctx: Context,
  interaction: Interaction,
  made: Exclude<SignUpOutcome, { outcome: 'flawed' | 'username-taken' }>,
): Promise<void> {
  if (made.outcome === 'over') return goElsewhere(deps, ctx, interaction, 'sign-up');
  if (made.outcome === 'signed-up') {
    const { account } = made;
    const who = { account, remember: false, amr: ['pwd'], announced: true };
    return deps.interactions.arrive(ctx, interaction, who);
  }
  ctx.status = 409;
  return showKnown(deps, ctx, interaction);
}

function refused(ctx: Context, status: 400 | 409, whys: Whys): Flaws {
  ctx.status = status;
  return { error: 'flawed', whys };
}

function show(
  deps: DetailsDeps,
  ctx: Context,
  interaction: Interaction,
  { typed, flaws }: { typed?: Typed; flaws?: Flaws } = {},
): void {
  deps.render(ctx, 'sign-up/details', {
    ...frameOf(interaction),
    username: deps.settings.GATEHOUSE_USERNAME,
    fields: ownFieldsIn(languageOf(ctx, deps.now()), deps.settings.GATEHOUSE_PROFILE),
    typed: typed && { ...typed, new_password: undefined },
    error: flaws?.error,
    whys: flaws?.whys ?? {},
  });
}

/** Whoever reads it has proved the address, so it may be said that there is an account. */
function showKnown({ render }: DetailsDeps, ctx: Context, interaction: Interaction): void {
  render(ctx, 'sign-up/known', frameOf(interaction));
}

function frameOf({ uid, own, client, params, progress }: Interaction) {
  return {
    action: `/interaction/${uid}/sign-up/details`,
    door: own ? undefined : doorOf(client, params['redirect_uri']),
    email: progress.proved?.email ?? '',
  };
}
