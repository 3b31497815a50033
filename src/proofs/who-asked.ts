import type { Context } from 'koa';
import type { Client } from '../clients/client.ts';
import { browserName } from '../http/browser-name.ts';
import { languageOf } from '../i18n/language-of.ts';
import { timeWithZone } from '../i18n/time-with-zone.ts';
import { translator } from '../i18n/translate.ts';
import type { AddressProof } from './proof.ts';

/** By which somebody can tell whether it was they who asked. */
export function whoAsked(ctx: Context, proof: AddressProof, client: Client | undefined) {
  const language = languageOf(ctx);
  return {
    application: client?.name,
    at: timeWithZone(language, proof.createdAt),
    browser: browserName(proof.userAgent, translator(language)),
    ip: proof.ip,
  };
}
