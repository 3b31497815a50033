import { Router } from '@koa/router';
import type { Context } from 'koa';
import { z } from 'zod';
import { parseEmailAddress } from '../accounts/email-address.ts';
import { marksOf } from '../accounts/known-browser-cookie.ts';
import { circumstancesOf } from '../audit/circumstances-of.ts';
import { doorOf } from '../clients/door.ts';
import { readForm } from '../http/form.ts';
import { type Wait, mustWait } from '../http/must-wait.ts';
import type { Render } from '../http/render.ts';
import { languageOf, tellReader } from '../i18n/language-of.ts';
import type { Interaction, Interactions } from '../oidc/interaction.ts';
import { type BeginProofDeps, beginProof } from '../proofs/begin-proof.ts';
import { browserOf } from '../proofs/browser-cookie.ts';
import { type DetailsDeps, detailsRoutes } from './details-routes.ts';

/**
 * Where people make an account: an address, then who they are. Owns these two pages and what makes an account; refuses
 * to know how an address is proved between them.
 */
export interface SignUpRouteDeps extends DetailsDeps, BeginProofDeps {
  atomically: DetailsDeps['atomically'] & BeginProofDeps['atomically'];
  interactions: Interactions;
  render: Render;
}

const form = z.object({ email: z.string().max(1000).default('') });

/** What the page says, and how many it says there are. */
type Flaw = { error: 'no-address'; count?: number } | Wait;

export function signUpRoutes(deps: SignUpRouteDeps): Router {
  const { interactions } = deps;
  const router = new Router();

  router.get('/sign-up', (ctx) => interactions.begin(ctx, { wants: 'sign-up' }));

  router.get('/interaction/:uid/sign-up', async (ctx) => {
    const interaction = await interactions.at(ctx, 'sign-up');
    if (!interaction) return;
    tellReader(ctx, { uiLocales: interaction.params['ui_locales'] });
    show(deps, ctx, interaction);
  });

  router.post('/interaction/:uid/sign-up', async (ctx) => {
    const interaction = await interactions.at(ctx, 'sign-up');
    if (!interaction) return;
    tellReader(ctx, { uiLocales: interaction.params['ui_locales'] });
    const { email } = await readForm(ctx, form);
    const flaw = await ask(deps, ctx, interaction, email);
    if (flaw) show(deps, ctx, interaction, { email, flaw });
  });

  router.use(detailsRoutes(deps).routes());
  return router;
}

async function ask(
  deps: SignUpRouteDeps,
  ctx: Context,
  interaction: Interaction,
  email: string,
): Promise<Flaw | undefined> {
  const address = parseEmailAddress(email);
  if (!address) {
    ctx.status = 400;
    return { error: 'no-address' };
  }
  const { uid, client } = interaction;
  const circumstances = circumstancesOf(ctx, { clientId: client.id });
  const visitor = { ip: ctx.ip, marks: marksOf(ctx) };
  const browser = browserOf(ctx, deps.now());
  const language = languageOf(ctx, deps.now());
  const about = { address, browser, uid, clientId: client.id, language, visitor };
  const begun = await beginProof(deps, { purpose: 'sign-up', ...about }, circumstances);
  if (begun.outcome === 'wait') return mustWait(ctx, begun.waitS);
  const proof = { id: begun.proof.id, purpose: 'sign-up' as const };
  const progress = { wants: 'sign-up', proof, proved: undefined, email: address.asTyped } as const;
  await deps.interactions.proceed(ctx, interaction, progress);
  return undefined;
}

function show(
  deps: SignUpRouteDeps,
  ctx: Context,
  { uid, own, client, params, progress }: Interaction,
  { email, flaw }: { email?: string; flaw?: Flaw } = {},
): void {
  browserOf(ctx, deps.now());
  const hint = params['login_hint'] ?? '';
  deps.render(ctx, 'sign-up/sign-up', {
    action: `/interaction/${uid}/sign-up`,
    signIn: `/interaction/${uid}/sign-in`,
    door: own ? undefined : doorOf(client, params['redirect_uri']),
    email: email ?? progress.email ?? (parseEmailAddress(hint) ? hint : ''),
    ...flaw,
  });
}
