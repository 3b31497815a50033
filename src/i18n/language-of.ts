import type { Context } from 'koa';
import { type Language, isLanguage } from './languages.ts';
import { negotiate } from './negotiate.ts';

export const LANGUAGE_COOKIE = 'gatehouse_language';
const KEPT_MS = 365 * 24 * 60 * 60 * 1000;

/** What a step learnt about its reader: the application's `ui_locales`, the account's own language. */
export interface Reader {
  uiLocales?: string | undefined;
  account?: string | undefined;
}

/** Tells the pages of this request who reads them. What is told later adds to what was told before. */
export function tellReader(ctx: Context, reader: Reader): void {
  const known: Reader = Object(ctx.state['reader']);
  ctx.state['reader'] = { ...known, ...reader };
}

export function languageOf(ctx: Context, now = new Date()): Language {
  const reader: Reader = Object(ctx.state['reader']);
  const { ui_locales: asked } = ctx.query;
  const uiLocales = reader.uiLocales ?? (typeof asked === 'string' ? asked : undefined);
  const chosen = chosenLanguage(ctx);
  return negotiate({
    ...(chosen && { chosen }),
    ...(uiLocales && { uiLocales }),
    ...(reader.account && { account: reader.account }),
    acceptLanguage: ctx.get('Accept-Language'),
    now,
  });
}

/** `ru.1789000000`: what was chosen and when (seconds). No secret, so it is not signed. */
function chosenLanguage(ctx: Context): { language: Language; at: Date } | undefined {
  const [language, at] = (ctx.cookies.get(LANGUAGE_COOKIE, { signed: false }) ?? '').split('.');
  if (!isLanguage(language)) return undefined;
  return { language, at: new Date((Number(at) || 0) * 1000) };
}

export function rememberLanguage(ctx: Context, language: Language, now = new Date()): void {
  const at = Math.floor(now.getTime() / 1000);
  ctx.cookies.set(LANGUAGE_COOKIE, `${language}.${at}`, {
    signed: false,
    httpOnly: true,
    sameSite: 'lax',
    maxAge: KEPT_MS,
    overwrite: true,
  });
}
