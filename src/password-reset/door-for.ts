import type { Context } from 'koa';
import { type Door, doorOf } from '../clients/door.ts';
import { tellReader } from '../i18n/language-of.ts';
import type { Interaction } from '../oidc/interaction.ts';

/** Whose door a page of this flow stands at, and in which language its application would like it. */
export function doorFor(ctx: Context, { own, client, params }: Interaction): Door | undefined {
  tellReader(ctx, { uiLocales: params['ui_locales'] });
  return own ? undefined : doorOf(client, params['redirect_uri']);
}
