import { Router } from '@koa/router';
import { CannotGoOn } from '../http/cannot-go-on.ts';
import { developmentOnly } from '../http/development-only.ts';
import type { Render } from '../http/render.ts';
import { languageOf } from '../i18n/language-of.ts';
import type { Language } from '../i18n/languages.ts';
import type { Letterbox, LetterboxMail } from '../mail/letterbox.ts';

/** Development: every mail that would have been sent, to be read by people, and by programs that test. */
export interface LetterboxDeps {
  letterbox: Pick<Letterbox, 'list' | 'find'>;
  render: Render;
  /** With a mail server named, mails go there instead. */
  settings: { SMTP_URL?: unknown };
  now: () => Date;
}

export function letterboxRoutes({ letterbox, render, settings, now }: LetterboxDeps): Router {
  const router = new Router();
  const elsewhere = settings.SMTP_URL !== undefined;
  const known = async (id: string): Promise<LetterboxMail> => {
    const mail = await letterbox.find(id);
    if (!mail) throw new CannotGoOn(404, 'not-found');
    return mail;
  };

  router.get('/letterbox', developmentOnly, async (ctx) => {
    const found = await letterbox.list(asked(ctx.query['to']));
    const mails = found.map(dated(languageOf(ctx, now())));
    render(ctx, 'development/letterbox', { mails, elsewhere, layout: 'wide' });
  });

  router.get('/letterbox.json', developmentOnly, async (ctx) => {
    const mails = await letterbox.list(asked(ctx.query['to']));
    ctx.body = mails.map(({ id, at, to, subject, text, html }) => ({
      id,
      at,
      to,
      subject,
      text,
      html,
    }));
  });

  router.get('/letterbox/:id', developmentOnly, async (ctx) => {
    const mail = dated(languageOf(ctx, now()))(await known(String(ctx.params['id'])));
    render(ctx, 'development/letterbox-mail', { mail, layout: 'wide' });
    const policy = ctx.response.get('Content-Security-Policy');
    ctx.set('Content-Security-Policy', `${policy}; frame-src 'self'`);
  });

  // In a frame of ours alone, and there in a box: a mail runs nothing, fetches nothing and is nobody's origin.
  router.get('/letterbox/:id/letter', developmentOnly, async (ctx) => {
    const { html } = await known(String(ctx.params['id']));
    ctx.set('Content-Security-Policy', LETTER_POLICY);
    ctx.set('X-Frame-Options', 'SAMEORIGIN');
    ctx.type = 'html';
    ctx.body = html;
  });

  return router;
}

function dated(language: Language): (mail: LetterboxMail) => LetterboxMail & { when: string } {
  const format = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'medium' });
  return (mail) => ({ ...mail, when: format.format(mail.at) });
}

/** `?to=` filters. */
function asked(to: unknown): { to?: string } {
  return typeof to === 'string' && to ? { to } : {};
}

/** Its links open beside the letterbox. */
const LETTER_POLICY = [
  'sandbox allow-popups allow-popups-to-escape-sandbox',
  "default-src 'none'",
  "style-src 'unsafe-inline'",
  "frame-ancestors 'self'",
].join('; ');
