import { Router } from '@koa/router';
import type { Context } from 'koa';
import { z } from 'zod';
import type { Account } from '../accounts/account.ts';
import { parseEmailAddress } from '../accounts/email-address.ts';
import { giveMark, marksOf } from '../accounts/known-browser-cookie.ts';
import { shownPerson } from '../accounts/shown-person.ts';
import type { AccountStore } from '../accounts/store.ts';
import { circumstancesOf } from '../audit/circumstances-of.ts';
import { doorOf } from '../clients/door.ts';
import { readForm } from '../http/form.ts';
import { type Wait, mustWait } from '../http/must-wait.ts';
import type { Render } from '../http/render.ts';
import { languageOf, tellReader } from '../i18n/language-of.ts';
import type { ProvedPerson } from '../oidc/dispatch.ts';
import type { Interaction, Interactions } from '../oidc/interaction.ts';
import { unlessBusy } from '../passwords/unless-busy.ts';
import { type BeginProofDeps, beginProof } from '../proofs/begin-proof.ts';
import { browserOf } from '../proofs/browser-cookie.ts';
import { type SignInDeps, signIn } from './sign-in.ts';

/** The page where people say who they are. Owns what it asks and answers; refuses to know what comes next. */
export interface SignInRouteDeps extends SignInDeps, BeginProofDeps {
  atomically: SignInDeps['atomically'] & BeginProofDeps['atomically'];
  interactions: Interactions;
  accounts: SignInDeps['accounts'] & Pick<AccountStore, 'find'>;
  render: Render;
  now: () => Date;
}

const form = z.object({
  email: z.string().max(320).default(''),
  password: z.string().default(''),
  remember: z.string().optional(),
  /** Another way in, with what was typed. */
  instead: z.enum(['sign-up', 'password-reset']).optional(),
});

type Typed = z.infer<typeof form>;
/** What the page says, and how many it says there are. */
interface Flaw {
  error: 'incomplete' | 'refused' | 'busy' | Wait['error'];
  count?: number;
}

export function signInRoutes(deps: SignInRouteDeps): Router {
  const { interactions } = deps;
  const router = new Router();

  router.get('/sign-in', (ctx) => interactions.begin(ctx));

  router.get('/interaction/:uid/sign-in', async (ctx) => {
    const interaction = await interactions.at(ctx, 'sign-in');
    if (interaction) await show(deps, ctx, interaction);
  });

  router.post('/interaction/:uid/sign-in', async (ctx) => {
    const interaction = await interactions.at(ctx, 'sign-in');
    if (!interaction) return;
    const typed = await readForm(ctx, form);
    if (typed.instead) return goElsewhere(interactions, ctx, interaction, typed);
    const flaw = await attempt(deps, ctx, interaction, typed);
    if (flaw) await show(deps, ctx, interaction, { typed, flaw });
  });

  return router;
}

async function attempt(
  deps: SignInRouteDeps,
  ctx: Context,
  interaction: Interaction,
  { email, password, remember: kept }: Typed,
): Promise<Flaw | undefined> {
  const identifier = email.trim();
  if (!identifier || !password) return refused(ctx, 'incomplete');
  const remember = kept !== undefined;
  const circumstances = circumstancesOf(ctx, { clientId: interaction.client.id });
  const visitor = { ip: ctx.ip, marks: marksOf(ctx) };
  const typed = { identifier, password, remember, visitor, visit: interaction.uid };
  const tried = await unlessBusy(ctx, () => signIn(deps, typed, circumstances));
  if (!tried) return { error: 'busy' };
  if (tried.outcome === 'refused') return refused(ctx, 'refused');
  if (tried.outcome === 'wait') return mustWait(ctx, tried.waitS);
  if (tried.outcome === 'signed-in') giveMark(ctx, tried.mark, deps.now());
  const { id: accountId, signOutVersion } = tried.account;
  const at = Math.floor(deps.now().getTime() / 1000);
  const held = tried.outcome === 'held' ? tried.for : undefined;
  const missing = { addressProved: held !== 'address', passwordExpired: held === 'password' };
  const person = { accountId, signOutVersion, ...missing, remember, amr: ['pwd'], at };
  if (held === 'address') {
    return hold(deps, ctx, interaction, { account: tried.account, person });
  }
  await deps.interactions.proceed(ctx, interaction, { person });
  return undefined;
}

/** The password is right; the address is yet to be proved, by a code that goes there. */
async function hold(
  deps: SignInRouteDeps,
  ctx: Context,
  interaction: Interaction,
  { account, person }: { account: Account; person: ProvedPerson },
): Promise<Flaw | undefined> {
  const address = parseEmailAddress(account.email);
  if (!address) return refused(ctx, 'refused');
  const { uid, client } = interaction;
  const clientId = client.id;
  const visitor = { ip: ctx.ip, marks: marksOf(ctx) };
  const browser = browserOf(ctx, deps.now());
  const language = languageOf(ctx, deps.now());
  const begun = await beginProof(
    deps,
    {
      purpose: 'verify',
      address,
      accountId: account.id,
      browser,
      uid,
      clientId,
      language,
      visitor,
    },
    circumstancesOf(ctx, { clientId, accountId: account.id }),
  );
  if (begun.outcome === 'wait') return mustWait(ctx, begun.waitS);
  const proof = { id: begun.proof.id, purpose: 'verify' as const };
  await deps.interactions.proceed(ctx, interaction, { person, proof });
  return undefined;
}

/** Only what is an address is kept: where one belongs, people type passwords too. */
function goElsewhere(
  interactions: Interactions,
  ctx: Context,
  interaction: Interaction,
  { email, instead }: Typed,
): Promise<void> {
  const address = parseEmailAddress(email)?.asTyped;
  return interactions.proceed(ctx, interaction, { wants: instead, email: address });
}

function refused(ctx: Context, error: 'incomplete' | 'refused'): Flaw {
  ctx.status = 400;
  return { error };
}

async function show(
  deps: SignInRouteDeps,
  ctx: Context,
  interaction: Interaction,
  { typed, flaw }: { typed?: Typed; flaw?: Flaw } = {},
): Promise<void> {
  const { params, client, uid, own, progress } = interaction;
  tellReader(ctx, { uiLocales: params['ui_locales'] });
  const person = await knownPerson(deps, ctx, interaction);
  deps.render(ctx, 'sign-in/sign-in', {
    action: `/interaction/${uid}/sign-in`,
    door: own ? undefined : doorOf(client, params['redirect_uri']),
    person,
    identifier: typed?.email ?? progress.email ?? params['login_hint']?.slice(0, 320) ?? '',
    remember: typed?.remember !== undefined,
    ...flaw,
  });
}

/** Who is signed in already and only has to confirm it, unless somebody else was wished for. */
async function knownPerson(deps: SignInRouteDeps, ctx: Context, interaction: Interaction) {
  const { accountId, params, progress, asked } = interaction;
  const another = progress.another || 'another' in ctx.query || 'login_hint' in params;
  if (!accountId || another || asked.reasons.includes('id_token_hint')) return undefined;
  const account = await deps.accounts.find(accountId);
  if (!account) return undefined;
  tellReader(ctx, { account: account.locale });
  return shownPerson(account);
}
