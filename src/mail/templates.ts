import { join } from 'node:path';
import { compileFile, type compileTemplate } from 'pug';
import type { Brand } from '../brand/brand.ts';
import { LANGUAGES, type Language, isLanguage } from '../i18n/languages.ts';
import { timeWithZone } from '../i18n/time-with-zone.ts';
import { translator } from '../i18n/translate.ts';
import type { MailName } from './facts.ts';
import type { Letter } from './mailer.ts';
import type { KeptMail } from './store.ts';

/** Writes a mail's letter; nothing where there is no such template or language. */
export type WriteLetter = (
  mail: Pick<KeptMail, 'template' | 'language' | 'address' | 'facts'>,
) => Letter | undefined;

/** Every mail's name is its template's, views/mail/<name>.{html,text}.pug, and its messages' prefix. */
export const MAIL_NAMES = [
  'email-verification',
  'new-device',
  'password-changed',
  'password-reset',
  'refresh-token-replayed',
  'sign-up-known-address',
  'test',
  'welcome',
] as const satisfies readonly MailName[];

const VIEWS = join(import.meta.dirname, '../../views');

export function letterWriter({ brand, issuer }: { brand: Brand; issuer: string }): WriteLetter {
  const house = { brand: brand.name, shades: brand.palette, issuer };
  const templates = new Map<string, () => Compiled>(MAIL_NAMES.map((name) => [name, lazily(name)]));
  return ({ template, language, address, facts }) => {
    const compiled = templates.get(template)?.();
    if (!compiled || !isLanguage(language)) return undefined;
    const told = presentable(facts);
    const locals = { ...told, ...localsFor(language), ...house, address };
    return {
      subject: locals.t(`mail.${template}.subject`, { ...told, brand: house.brand }),
      text: `${compiled.text(locals).trim()}\n`,
      html: compiled.html(locals),
    };
  };
}

function localsFor(code: Language) {
  const timeOf = (at: string, zone?: string) => timeWithZone(code, new Date(at), zone);
  return { t: translator(code), timeOf, language: { code, ...LANGUAGES[code] } };
}

/** Longer than any name that means well. */
const BEGINNING = /^.{0,100}/u;

/**
 * What a letter tells in words of others: on one line, in one direction, and not a letter of its own. A link is ours,
 * and stays whole.
 */
function presentable(facts: Record<string, unknown>): Record<string, unknown> {
  const entries = Object.entries(facts).map(([name, value]): [string, unknown] => [
    name,
    typeof value === 'string' && name !== 'link' ? oneShortLine(value) : value,
  ]);
  return Object.fromEntries(entries);
}

function oneShortLine(text: string): string {
  const line = text.replaceAll(BREAKS, ' ').trim();
  const [beginning = ''] = BEGINNING.exec(line) ?? [];
  return beginning === line ? line : `${beginning}…`;
}

/** Line ends, marks of direction, what cannot be seen; but for the joiners that words of some scripts are written with. */
const BREAKS = /[[\p{C}\p{Z}\s]--[\u200c\u200d]]+/gv;

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
