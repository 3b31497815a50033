import { Router } from '@koa/router';
import { shownPerson } from '../accounts/shown-person.ts';
import type { AccountStore } from '../accounts/store.ts';
import type { Render } from '../http/render.ts';
import { seeOther } from '../http/see-other.ts';
import { tellReader } from '../i18n/language-of.ts';
import type { Interactions } from '../oidc/interaction.ts';
import { type FirstStepsDeps, firstSteps } from './first-steps.ts';

/** The start page: who is signed in in this browser, and in development what to do first. It changes nothing. */
export interface HomeDeps extends FirstStepsDeps {
  interactions: Pick<Interactions, 'signedIn'>;
  accounts: FirstStepsDeps['accounts'] & Pick<AccountStore, 'find'>;
  render: Render;
  development: boolean;
}

export function homeRoutes(deps: HomeDeps): Router {
  const router = new Router();

  router.get('/', async (ctx) => {
    const accountId = await deps.interactions.signedIn(ctx);
    const account = accountId === undefined ? undefined : await deps.accounts.find(accountId);
    const present = account && !account.disabledAt ? account : undefined;
    tellReader(ctx, { account: present?.locale });
    deps.render(ctx, 'home/home', {
      person: present && shownPerson(present),
      givenName: present?.givenName,
      steps: deps.development && ctx.state.direct ? await firstSteps(deps) : undefined,
    });
  });

  // Where the requests of our own pages end. Nobody wants the code.
  router.get('/signed-in', (ctx) => seeOther(ctx, '/'));

  return router;
}
