import { Router } from '@koa/router';
import type { Context } from 'koa';
import { z } from 'zod';
import type { Account } from '../accounts/account.ts';
import { shownPerson } from '../accounts/shown-person.ts';
import type { AccountStore } from '../accounts/store.ts';
import type { ApiStore } from '../apis/store.ts';
import { circumstancesOf } from '../audit/circumstances-of.ts';
import type { Allowed } from '../audit/events.ts';
import type { AuditTrail } from '../audit/store.ts';
import { doorOf } from '../clients/door.ts';
import { readForm } from '../http/form.ts';
import type { Render } from '../http/render.ts';
import { languageOf, tellReader } from '../i18n/language-of.ts';
import { translator } from '../i18n/translate.ts';
import type { Interaction, Interactions } from '../oidc/interaction.ts';
import type { ConsentStore } from '../sessions/store.ts';
import { type GiveConsentDeps, giveConsent } from './give-consent.ts';
import { inWords } from './in-words.ts';
import { newSince, requested, words } from './requested.ts';

/** Where people read who asks for what, and agree or not. Owns the words; refuses to know how grants are made. */
export interface ConsentDeps extends GiveConsentDeps {
  interactions: Interactions;
  accounts: Pick<AccountStore, 'find'>;
  apis: Pick<ApiStore, 'find'>;
  consents: Pick<ConsentStore, 'find'>;
  audit: Pick<AuditTrail, 'record'>;
  render: Render;
  settings: { GATEHOUSE_TTL_REFRESH_TOKEN_ABSOLUTE: number };
}

const form = z.object({ refuse: z.string().optional(), another: z.string().optional() });

export function consentRoutes(deps: ConsentDeps): Router {
  const { interactions } = deps;
  const router = new Router();

  router.get('/interaction/:uid/consent', async (ctx) => {
    const interaction = await interactions.at(ctx, 'consent');
    if (!interaction) return undefined;
    const account = interaction.accountId && (await deps.accounts.find(interaction.accountId));
    if (!account) return interactions.proceed(ctx, interaction, { another: true });
    return show(deps, ctx, interaction, account);
  });

  router.post('/interaction/:uid/consent', async (ctx) => {
    const interaction = await interactions.at(ctx, 'consent');
    if (!interaction?.accountId) return undefined;
    const { refuse, another } = await readForm(ctx, form);
    if (another) return interactions.proceed(ctx, interaction, { another: true });
    return answer(deps, ctx, interaction, interaction.accountId, refuse ? 'refused' : 'agreed');
  });

  return router;
}

async function answer(
  deps: ConsentDeps,
  ctx: Context,
  interaction: Interaction,
  accountId: string,
  said: 'agreed' | 'refused',
): Promise<void> {
  const clientId = interaction.client.id;
  const circumstances = circumstancesOf(ctx, { accountId, clientId });
  if (said === 'refused') {
    await deps.audit.record('consent-refused', {}, circumstances);
    return deps.interactions.refuse(ctx);
  }
  await giveConsent(deps, { accountId, clientId, allowed: askedOf(interaction) }, circumstances);
  return deps.interactions.proceed(ctx, interaction, { agreed: true });
}

async function show(
  deps: ConsentDeps,
  ctx: Context,
  interaction: Interaction,
  account: Account,
): Promise<void> {
  const { client, params, uid } = interaction;
  tellReader(ctx, { uiLocales: params['ui_locales'], account: account.locale });
  const asked = askedOf(interaction);
  const before = await deps.consents.find(account.id, client.id);
  const apis = await Promise.all(Object.keys(asked.resources).map((one) => deps.apis.find(one)));
  const language = languageOf(ctx);
  const fresh = newSince(asked, before);
  const since = before && sinceLastTime(fresh);
  deps.render(ctx, 'consent/consent', {
    action: `/interaction/${uid}/consent`,
    door: doorOf(client, params['redirect_uri']),
    person: shownPerson(account),
    since,
    awayDays: daysAway(asked, deps.settings.GATEHOUSE_TTL_REFRESH_TOKEN_ABSOLUTE),
    asks: inWords(
      asked,
      fresh,
      apis.filter((api) => api !== undefined),
      { language, t: translator(language), widened: since === 'widened' },
    ),
  });
}

/** Whether something was added to what was allowed before. */
function sinceLastTime({ openid, resources }: Allowed): 'widened' | 'unchanged' {
  const fresh = [openid, ...Object.values(resources)];
  return fresh.some((scopes) => words(scopes).length > 0) ? 'widened' : 'unchanged';
}

/** How long the application may go on where nobody is signed in; absent where it may not. */
function daysAway({ openid }: Allowed, longestS: number): number | undefined {
  return words(openid).includes('offline_access') ? Math.ceil(longestS / 86_400) : undefined;
}

function askedOf({ client, params, resources }: Interaction) {
  return requested(client, { scope: params['scope'], resources });
}
