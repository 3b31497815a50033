import type { Api } from '../apis/api.ts';
import type { Allowed } from '../audit/events.ts';
import { FALLBACK, type Language } from '../i18n/languages.ts';
import type { Translate } from '../i18n/translate.ts';
import { words } from './requested.ts';

/** One group for who somebody is, then one for each API. */
export interface AskGroup {
  api?: string;
  asks: Ask[];
}

export interface Ask {
  title: string;
  text?: string;
  isNew: boolean;
}

export interface Wording {
  language: Language;
  t: Translate;
  /** Whether something was allowed before: only then is "new" worth saying. */
  widened: boolean;
}

/** Scopes as sentences, in the reader's language. APIs describe their own. */
export function inWords(asked: Allowed, fresh: Allowed, apis: Api[], wording: Wording): AskGroup[] {
  const openid = describe(asked.openid, fresh.openid, wording, (scope) => ({
    title: wording.t(`consent.scopes.${scope}.title`),
    text: wording.t(`consent.scopes.${scope}.text`),
  }));
  const groups = Object.entries(asked.resources).map(([audience, scope]) => {
    const api = apis.find((one) => one.audience === audience);
    const asks = describe(scope, fresh.resources[audience], wording, (name) =>
      ownWords(api, name, wording),
    );
    return { api: api?.name ?? audience, asks };
  });
  return [{ asks: openid }, ...groups].filter(({ asks }) => asks.length > 0);
}

function describe(
  asked: string,
  fresh: string | undefined,
  { widened }: Wording,
  tell: (scope: string) => Omit<Ask, 'isNew'>,
): Ask[] {
  const isFresh = words(fresh);
  return words(asked).map((scope) => ({
    ...tell(scope),
    isNew: widened && isFresh.includes(scope),
  }));
}

function ownWords(
  api: Api | undefined,
  scope: string,
  { language, t }: Wording,
): Omit<Ask, 'isNew'> {
  const said = api?.scopes.find(({ name }) => name === scope)?.descriptions ?? {};
  const title = said[language] ?? said[FALLBACK] ?? Object.values(said)[0];
  if (title) return { title };
  return {
    title: t('consent.scopes.unknown.title', { scope }),
    text: t('consent.scopes.unknown.text'),
  };
}
