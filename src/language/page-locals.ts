import type { Context } from 'koa';
import type { Brand } from '../brand/brand.ts';
import { logoFile } from '../brand/branded-files.ts';
import { LANGUAGES, type Language } from '../i18n/languages.ts';
import { languageOf } from '../i18n/language-of.ts';
import { translator } from '../i18n/translate.ts';
import type { PasswordRules } from '../passwords/policy.ts';

/** What every page is given besides its own: words, languages, and the way back after a change of language. */
export function pageLocals(options: {
  brand: Brand;
  fileUrl: (name: string) => string;
  passwordRules: Pick<PasswordRules, 'service'>;
  now: () => Date;
}) {
  const { name, links } = options.brand;
  const logo = logoFile(options.brand);
  const brandLogo = logo && options.fileUrl(logo);
  return (ctx: Context): Record<string, unknown> => {
    const language = languageOf(ctx, options.now());
    return {
      t: translator(language),
      language: { code: language, ...LANGUAGES[language] },
      otherLanguages: othersThan(language),
      brand: name,
      brandLogo,
      links,
      here: ctx.method === 'GET' ? ctx.originalUrl : ctx.path,
      fileUrl: options.fileUrl,
      serviceNames: options.passwordRules.service,
      layout: 'step',
      display: ctx.state.display,
    };
  };
}

function othersThan(language: Language): { code: string; name: string }[] {
  return Object.entries(LANGUAGES)
    .filter(([code]) => code !== language)
    .map(([code, { name }]) => ({ code, name }));
}
