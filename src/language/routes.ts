import { Router } from '@koa/router';
import { z } from 'zod';
import { readForm } from '../http/form.ts';
import { seeOther } from '../http/see-other.ts';
import { rememberLanguage } from '../i18n/language-of.ts';
import { isLanguage } from '../i18n/languages.ts';

/** The switch on every page. Owns the choice and the way back; refuses to know what the page was about. */
const form = z.object({
  language: z.string().refine(isLanguage),
  back: z.string().default('/'),
});

export function languageRoutes(deps: { issuer: string; now: () => Date }): Router {
  const router = new Router();
  router.post('/language', async (ctx) => {
    const { language, back } = await readForm(ctx, form);
    rememberLanguage(ctx, language, deps.now());
    seeOther(ctx, onThisHost(back, deps.issuer));
  });
  return router;
}

/** Somebody else's form must not turn our switch into a way to anywhere. */
function onThisHost(back: string, issuer: string): string {
  if (!back.startsWith('/') || !URL.canParse(back, issuer)) return '/';
  const { origin, pathname, search } = new URL(back, issuer);
  return origin === issuer ? `${pathname}${search}` : '/';
}
