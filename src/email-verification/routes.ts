import { Router } from '@koa/router';
import type { Context } from 'koa';
import type { AccountStore } from '../accounts/store.ts';
import { doorOf } from '../clients/door.ts';
import type { Render } from '../http/render.ts';
import { seeOther } from '../http/see-other.ts';
import { tellReader } from '../i18n/language-of.ts';
import type { Interaction, Interactions } from '../oidc/interaction.ts';
import { type CodeFlaw, type CodePageDeps, answerCodePage, codePage } from '../proofs/code-page.ts';
import { type AddressProof, type Standing, standingOf } from '../proofs/proof.ts';
import type { ProofStore } from '../proofs/store.ts';

/**
 * The page where people type the code that their address was sent, for a new account or after the right password. Owns
 * what it shows and when it goes on; refuses to know how a proof comes about, and what an account needs besides.
 */
export interface EmailVerificationDeps extends CodePageDeps {
  interactions: Interactions;
  proofs: CodePageDeps['proofs'] & Pick<ProofStore, 'find'>;
  accounts: Pick<AccountStore, 'find'>;
  render: Render;
}

export function emailVerificationRoutes(deps: EmailVerificationDeps): Router {
  const { interactions } = deps;
  const router = new Router();

  router.get('/interaction/:uid/email-verification', async (ctx) => {
    const interaction = await interactions.at(ctx, 'email-verification');
    if (!interaction) return;
    const proof = await proofOf(deps, interaction);
    if (standingOf(proof, deps.now()) !== 'proved') return show(deps, ctx, interaction, proof);
    return goOn(deps, ctx, interaction, proof);
  });

  router.post('/interaction/:uid/email-verification', async (ctx) => {
    const interaction = await interactions.at(ctx, 'email-verification');
    if (!interaction) return;
    const { progress, client, uid } = interaction;
    const { id = '', purpose = 'sign-up' } = progress.proof ?? {};
    const answer = await answerCodePage(deps, ctx, { id, purpose, clientId: client.id });
    if (typeof answer === 'object') {
      return show(deps, ctx, interaction, await proofOf(deps, interaction), answer);
    }
    seeOther(ctx, pathOf(uid) + (answer === 'sent' ? '?sent' : ''));
  });

  router.get('/interaction/:uid/email-verification/state', async (ctx) => {
    const interaction = await interactions.look(ctx);
    const standing = interaction && standingOf(await proofOf(deps, interaction), deps.now());
    ctx.body = { state: standing && WAITS.has(standing) ? 'waiting' : 'moved' };
  });

  return router;
}

const WAITS: ReadonlySet<Standing> = new Set<Standing>(['pending', 'spent']);

const pathOf = (uid: string) => `/interaction/${uid}/email-verification`;

function proofOf(
  { proofs }: EmailVerificationDeps,
  { progress }: Interaction,
): Promise<AddressProof | undefined> {
  return proofs.find(progress.proof?.id ?? '');
}

/** Here or in another browser: the address is proved. */
async function goOn(
  deps: EmailVerificationDeps,
  ctx: Context,
  interaction: Interaction,
  proof: AddressProof | undefined,
): Promise<void> {
  const { person } = interaction.progress;
  if (!proof) return deps.interactions.resume(ctx);
  if (!person) {
    const proved = { proofId: proof.id, email: proof.email };
    return deps.interactions.proceed(ctx, interaction, { proved });
  }
  const account = await deps.accounts.find(person.accountId);
  const own = proof.accountId === person.accountId;
  const same = own && account?.signOutVersion === person.signOutVersion;
  if (!same || !account.emailVerifiedAt || account.disabledAt) {
    const anew = { person: undefined, proof: undefined, wants: 'sign-in' } as const;
    return deps.interactions.proceed(ctx, interaction, anew);
  }
  const { remember, amr } = person;
  return deps.interactions.arrive(ctx, interaction, { account, remember, amr });
}

function show(
  deps: EmailVerificationDeps,
  ctx: Context,
  { uid, own, client, params, progress }: Interaction,
  proof: AddressProof | undefined,
  flaw?: CodeFlaw,
): void {
  tellReader(ctx, { uiLocales: params['ui_locales'] });
  const page = codePage(deps, proof);
  const ended = !WAITS.has(page.standing);
  const entrance = progress.person ? 'sign-in' : 'sign-up';
  deps.render(ctx, `email-verification/${ended ? 'ended' : 'email-verification'}`, {
    door: own ? undefined : doorOf(client, params['redirect_uri']),
    page: { ...page, ...flaw, sent: 'sent' in ctx.query },
    action: pathOf(uid),
    entrance,
    change: `/interaction/${uid}/${entrance}`,
    signIn: `/interaction/${uid}/sign-in`,
  });
}
