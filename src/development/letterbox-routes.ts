import { Router } from '@koa/router';
import { CannotGoOn } from '../http/cannot-go-on.ts';
import { developmentOnly } from '../http/development-only.ts';
import type { Render } from '../http/render.ts';
import { languageOf } from '../i18n/language-of.ts';
import type { Language } from '../i18n/languages.ts';
import type { Letterbox, LetterboxMail } from '../mail/letterbox.ts';
import { allowLetters, serveLetter } from './letter-frame.ts';

/** Development: every mail that would have been sent, to be read by people, and by programs that test. */
export interface LetterboxDeps {
  letterbox: Pick<Letterbox, 'list' | 'find'>;
  render: Render;
  issuer: string;
  /** With one of these, mails go there instead. */
  settings: { SMTP_URL?: unknown; SES_REGION?: unknown };
  now: () => Date;
}

export function letterboxRoutes({ letterbox, render, issuer, settings, now }: LetterboxDeps) {
  const router = new Router();
  const elsewhere = settings.SMTP_URL !== undefined || settings.SES_REGION !== undefined;
  const known = async (id: string): Promise<LetterboxMail> => {
    const mail = await letterbox.find(id);
    if (!mail) throw new CannotGoOn(404, 'not-found');
    return mail;
  };

  router.get('/letterbox', developmentOnly, async (ctx) => {
    const { to } = asked(ctx.query['to']);
    const all = await letterbox.list({});
    const found = to === undefined ? all : await letterbox.list({ to });
    const mails = found.map(shown(languageOf(ctx, now()), issuer));
    const addresses = [...new Set(all.map((mail) => mail.to))];
    render(ctx, 'development/letterbox', { mails, addresses, to, elsewhere, layout: 'wide' });
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
    const mail = shown(languageOf(ctx, now()), issuer)(await known(String(ctx.params['id'])));
    render(ctx, 'development/letterbox-mail', { mail, layout: 'wide' });
    allowLetters(ctx);
  });

  router.get('/letterbox/:id/letter', developmentOnly, async (ctx) => {
    serveLetter(ctx, (await known(String(ctx.params['id']))).html);
  });

  return router;
}

/** What a reader looks for first: when it came, its code and where it leads. */
function shown(language: Language, issuer: string) {
  const format = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'medium' });
  return (mail: LetterboxMail) => ({
    ...mail,
    when: format.format(mail.at),
    code: /^ {4}(\d{6})$/m.exec(mail.text)?.[1],
    link: mail.text.split('\n').find((line) => leadsToProof(line, issuer)),
  });
}

function leadsToProof(line: string, issuer: string): boolean {
  const [path = ''] = line.startsWith(`${issuer}/`) ? [line.slice(issuer.length)] : [];
  return /^\/(email-verification|password-reset)\/[\w.-]+$/.test(path);
}

/** `?to=` filters. */
function asked(to: unknown): { to?: string } {
  const address = typeof to === 'string' ? to.trim() : '';
  return address ? { to: address } : {};
}
