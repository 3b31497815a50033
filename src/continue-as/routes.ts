import { Router } from '@koa/router';
import { z } from 'zod';
import { shownPerson } from '../accounts/shown-person.ts';
import type { AccountStore } from '../accounts/store.ts';
import { doorOf } from '../clients/door.ts';
import { readForm } from '../http/form.ts';
import type { Render } from '../http/render.ts';
import { tellReader } from '../i18n/language-of.ts';
import type { Interactions } from '../oidc/interaction.ts';

/** One look at who goes where, for applications whose redirect any program on the device could claim. */
export interface ContinueAsDeps {
  interactions: Interactions;
  accounts: Pick<AccountStore, 'find'>;
  render: Render;
}

const form = z.object({ refuse: z.string().optional(), another: z.string().optional() });

export function continueAsRoutes(deps: ContinueAsDeps): Router {
  const { interactions } = deps;
  const router = new Router();

  router.get('/interaction/:uid/continue-as', async (ctx) => {
    const interaction = await interactions.at(ctx, 'continue-as');
    if (!interaction) return undefined;
    const { accountId, client, params, uid } = interaction;
    const account = accountId && (await deps.accounts.find(accountId));
    if (!account) return interactions.proceed(ctx, interaction, { another: true });
    tellReader(ctx, { uiLocales: params['ui_locales'], account: account.locale });
    return deps.render(ctx, 'continue-as/continue-as', {
      action: `/interaction/${uid}/continue-as`,
      door: doorOf(client, params['redirect_uri']),
      person: shownPerson(account),
    });
  });

  router.post('/interaction/:uid/continue-as', async (ctx) => {
    const interaction = await interactions.at(ctx, 'continue-as');
    if (!interaction) return undefined;
    const { refuse, another } = await readForm(ctx, form);
    if (refuse) return interactions.refuse(ctx);
    return interactions.proceed(
      ctx,
      interaction,
      another ? { another: true } : { continued: true },
    );
  });

  return router;
}
