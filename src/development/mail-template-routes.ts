import { Router } from '@koa/router';
import type { Brand } from '../brand/brand.ts';
import { CannotGoOn } from '../http/cannot-go-on.ts';
import { developmentOnly } from '../http/development-only.ts';
import type { Render } from '../http/render.ts';
import { languageOf } from '../i18n/language-of.ts';
import { LANGUAGES, type Language, isLanguage } from '../i18n/languages.ts';
import type { Letter } from '../mail/mailer.ts';
import { letterWriter } from '../mail/templates.ts';
import { allowLetters, serveLetter } from './letter-frame.ts';
import { MAIL_SAMPLES, type MailSample, isMailSample } from './mail-samples.ts';

export interface MailTemplateDeps {
  render: Render;
  brand: Brand;
  issuer: string;
  now: () => Date;
}

const SAMPLES = Object.keys(MAIL_SAMPLES).filter(isMailSample);
const READER = 'ada.lovelace@example.com';

/** Development: every mail there is, with sample data. */
export function mailTemplateRoutes({ render, now, ...house }: MailTemplateDeps): Router {
  const router = new Router();
  const writeLetter = letterWriter(house);
  const written = (name: MailSample, language: Language): Letter => {
    const { template, facts } = MAIL_SAMPLES[name];
    const letter = writeLetter({ template, language, address: READER, facts });
    if (!letter) throw new CannotGoOn(404, 'not-found');
    return letter;
  };

  router.get('/letterbox/templates', developmentOnly, (ctx) => {
    const { in: asked } = ctx.query;
    const shown = isLanguage(asked) ? asked : languageOf(ctx, now());
    const samples = SAMPLES.map((name) => ({ name, ...written(name, shown) }));
    const languages = Object.entries(LANGUAGES).map(([code, { name }]) => ({ code, name }));
    const locals = { shown, samples, languages, layout: 'wide' };
    render(ctx, 'development/mail-templates', locals);
    allowLetters(ctx);
  });

  router.get('/letterbox/templates/:name/:language/:scheme', developmentOnly, (ctx) => {
    const { name, language, scheme } = ctx.params;
    if (!isMailSample(name) || !isLanguage(language) || !isScheme(scheme)) {
      throw new CannotGoOn(404, 'not-found');
    }
    serveLetter(ctx, inScheme(written(name, language).html, scheme));
  });

  return router;
}

type Scheme = 'light' | 'dark';

function isScheme(text: unknown): text is Scheme {
  return text === 'light' || text === 'dark';
}

/** As it reads to somebody who likes it so, whatever the one before the screen likes. */
function inScheme(html: string, scheme: Scheme): string {
  return html
    .replaceAll(
      '(prefers-color-scheme: dark)',
      scheme === 'dark' ? '(min-width: 0)' : '(max-width: 0)',
    )
    .replaceAll('light dark', scheme);
}
