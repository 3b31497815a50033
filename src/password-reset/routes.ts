import { Router } from '@koa/router';
import type { Context } from 'koa';
import { z } from 'zod';
import { parseEmailAddress } from '../accounts/email-address.ts';
import { marksOf } from '../accounts/known-browser-cookie.ts';
import { circumstancesOf } from '../audit/circumstances-of.ts';
import { readForm } from '../http/form.ts';
import { type Wait, mustWait } from '../http/must-wait.ts';
import type { Render } from '../http/render.ts';
import { languageOf } from '../i18n/language-of.ts';
import type { Interaction, Interactions } from '../oidc/interaction.ts';
import { type BeginProofDeps, beginProof } from '../proofs/begin-proof.ts';
import { browserOf } from '../proofs/browser-cookie.ts';
import { doorFor } from './door-for.ts';

/**
 * Where a forgotten password is replaced, from the address to the new one. This page asks for the address and says the
 * same whoever has it: the job that mails looks it up. Owns what it asks; refuses to know how a proof comes about.
 */
export interface PasswordResetDeps extends BeginProofDeps {
  interactions: Interactions;
  render: Render;
}

const form = z.object({ email: z.string().max(1000).default('') });

interface Flaw {
  error: 'no-address' | Wait['error'];
  count?: number;
}

export function passwordResetRoutes(deps: PasswordResetDeps): Router {
  const { interactions } = deps;
  const router = new Router();

  router.get('/password-reset', (ctx) => interactions.begin(ctx, { wants: 'password-reset' }));

  // Where password managers send people (W3C, A Well-Known URL for Changing Passwords).
  router.get('/.well-known/change-password', (ctx) => ctx.redirect('/password-reset'));

  router.get('/interaction/:uid/password-reset', async (ctx) => {
    const interaction = await interactions.at(ctx, 'password-reset');
    if (interaction) show(deps, ctx, interaction);
  });

  router.post('/interaction/:uid/password-reset', async (ctx) => {
    const interaction = await interactions.at(ctx, 'password-reset');
    if (!interaction) return;
    const { email } = await readForm(ctx, form);
    const flaw = await begin(deps, ctx, interaction, email);
    if (flaw) show(deps, ctx, interaction, { email, ...flaw });
  });

  return router;
}

async function begin(
  deps: PasswordResetDeps,
  ctx: Context,
  interaction: Interaction,
  typed: string,
): Promise<Flaw | undefined> {
  const address = parseEmailAddress(typed);
  if (!address) {
    ctx.status = 400;
    return { error: 'no-address' };
  }
  const clientId = interaction.client.id;
  const begun = await beginProof(
    deps,
    {
      purpose: 'reset',
      address,
      browser: browserOf(ctx, deps.now()),
      uid: interaction.uid,
      clientId,
      language: languageOf(ctx, deps.now()),
      visitor: { ip: ctx.ip, marks: marksOf(ctx) },
    },
    circumstancesOf(ctx, { clientId }),
  );
  if (begun.outcome === 'wait') return mustWait(ctx, begun.waitS);
  await deps.interactions.proceed(ctx, interaction, {
    wants: 'password-reset',
    email: address.asTyped,
    proof: { id: begun.proof.id, purpose: 'reset' },
    proved: undefined,
  });
  return undefined;
}

function show(
  { render }: PasswordResetDeps,
  ctx: Context,
  interaction: Interaction,
  typed?: { email: string } & Flaw,
): void {
  const { uid, progress, params } = interaction;
  const hint = parseEmailAddress(params['login_hint'] ?? '')?.asTyped;
  render(ctx, 'password-reset/password-reset', {
    door: doorFor(ctx, interaction),
    action: `/interaction/${uid}/password-reset`,
    signIn: `/interaction/${uid}/sign-in`,
    email: progress.email ?? hint ?? '',
    ...typed,
  });
}
