import { join } from 'node:path';
import { compileFile, type compileTemplate } from 'pug';
import { LANGUAGES, type Language, isLanguage } from '../i18n/languages.ts';
import { translator } from '../i18n/translate.ts';
import type { Letter } from './mailer.ts';
import type { KeptMail, MailName } from './store.ts';

/** Writes a mail's letter; nothing where there is no such template or language. */
export type WriteLetter = (
  mail: Pick<KeptMail, 'template' | 'language' | 'address' | 'facts'>,
) => Letter | undefined;

/** Every mail's name is its template's, views/mail/<name>.{html,text}.pug, and its messages' prefix. */
export const MAIL_NAMES = [
  'password-changed',
  'refresh-token-replayed',
] as const satisfies readonly MailName[];

const VIEWS = join(import.meta.dirname, '../../views');

export function letterWriter(house: { brand: string; issuer: string }): WriteLetter {
  const templates = new Map<string, () => Compiled>(MAIL_NAMES.map((name) => [name, lazily(name)]));
  return ({ template, language, address, facts }) => {
    const compiled = templates.get(template)?.();
    if (!compiled || !isLanguage(language)) return undefined;
    const locals = { ...localsFor(language), ...house, address, ...facts };
    return {
      subject: locals.t(`mail.${template}.subject`, { ...facts, brand: house.brand }),
      text: `${compiled.text(locals).trim()}\n`,
      html: compiled.html(locals),
    };
  };
}

function localsFor(code: Language) {
  return { t: translator(code), language: { code, ...LANGUAGES[code] } };
}

interface Compiled {
  text: compileTemplate;
  html: compileTemplate;
}

function lazily(name: MailName): () => Compiled {
  let compiled: Compiled | undefined;
  const compile = (kind: 'text' | 'html') =>
    compileFile(join(VIEWS, 'mail', `${name}.${kind}.pug`), { basedir: VIEWS });
  return () => (compiled ??= { text: compile('text'), html: compile('html') });
}
