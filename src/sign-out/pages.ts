import type { Context } from 'koa';
import { shownPerson } from '../accounts/shown-person.ts';
import type { AccountStore } from '../accounts/store.ts';
import type { Render } from '../http/render.ts';
import { tellReader } from '../i18n/language-of.ts';

/** The two pages of the way out. Owns what they say; refuses to know what ends when somebody signs out. */
export interface SignOutPages {
  confirm(ctx: Context, question: SignOutQuestion): Promise<void>;
  done(ctx: Context): void;
}

export interface SignOutQuestion {
  /** Where the answer is posted, and the value that proves that this page asked. */
  action: string;
  xsrf: string;
  accountId: string;
  /** Who asks, and where it lives. */
  application?: { name: string; uri?: string };
  uiLocales?: string;
}

export function signOutPages(deps: {
  accounts: Pick<AccountStore, 'find'>;
  render: Render;
}): SignOutPages {
  return {
    async confirm(ctx, { action, xsrf, accountId, application, uiLocales }) {
      const account = await deps.accounts.find(accountId);
      tellReader(ctx, { uiLocales, account: account?.locale });
      deps.render(ctx, 'sign-out/sign-out', {
        action,
        xsrf,
        person: account && shownPerson(account),
        application: application?.name,
        stay: application?.uri ?? '/',
      });
    },
    done(ctx) {
      deps.render(ctx, 'sign-out/done');
    },
  };
}
