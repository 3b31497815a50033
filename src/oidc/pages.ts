import type { Context } from 'koa';
import { type KoaContextWithOIDC, errors } from 'oidc-provider';
import { explainRedirect } from '../clients/explain-redirect.ts';
import type { Reason } from '../http/cannot-go-on.ts';
import type { DeveloperNote, ShowError } from '../http/error-page.ts';
import { seeOther } from '../http/see-other.ts';
import { registrationOf } from './client-cache.ts';
import type { Requests } from './kept-requests.ts';

/** What the pages of the way out are told (sign-out/pages.ts). */
export interface WayOut {
  confirm(
    ctx: Context,
    question: {
      action: string;
      xsrf: string;
      accountId: string;
      application?: { name: string; uri?: string };
      uiLocales?: string;
    },
  ): Promise<void>;
  done(ctx: Context): void;
}

export interface ProtocolPageDeps {
  wayOut: WayOut;
  showError: ShowError;
  requests: Pick<Requests, 'again'>;
  /** Developers are told what was received and what is registered. */
  development: boolean;
}

/**
 * The pages that the library asks for in the middle of its own answers. Owns what of the protocol they are told;
 * refuses to know how they look.
 */
export function protocolPages(deps: ProtocolPageDeps) {
  return {
    async signOut(ctx: KoaContextWithOIDC): Promise<void> {
      const { session, client, params } = ctx.oidc;
      const { secret }: { secret?: string } = Object(session?.state);
      const uiLocales = params?.['ui_locales'];
      await deps.wayOut.confirm(ctx, {
        action: ctx.oidc.urlFor('end_session_confirm'),
        xsrf: String(secret),
        accountId: session?.accountId ?? '',
        ...(client && { application: application(client) }),
        ...(typeof uiLocales === 'string' && { uiLocales }),
      });
    },
    signedOut(ctx: KoaContextWithOIDC): void {
      deps.wayOut.done(ctx);
    },
    async error(ctx: KoaContextWithOIDC, out: ErrorOut, error: Error): Promise<void> {
      if (error instanceof errors.SessionNotFound && (await startedAgain(deps, ctx))) return;
      const developer = deps.development && ctx.state.direct ? noteFor(ctx, out, error) : undefined;
      deps.showError(ctx, { reason: reasonOf(out, error), ...(developer && { developer }) });
    },
  };
}

interface ErrorOut {
  error: string;
  error_description?: string;
}

function application({ clientId, clientName, clientUri }: { clientId: string } & Named) {
  return { name: clientName ?? clientId, ...(clientUri && { uri: clientUri }) };
}

interface Named {
  clientName?: string | undefined;
  clientUri?: string | undefined;
}

/** The way back to the application was opened twice, or too late: its request begins anew. */
async function startedAgain(deps: ProtocolPageDeps, ctx: KoaContextWithOIDC): Promise<boolean> {
  if (ctx.oidc.route !== 'resume') return false;
  const kept = await deps.requests.again(String(ctx['params'].uid));
  if (typeof kept === 'string') return false;
  seeOther(ctx, `${ctx.oidc.urlFor('authorization')}?${kept.query}`);
  return true;
}

function reasonOf(out: ErrorOut, error: Error): Reason {
  if (out.error === 'temporarily_unavailable') return 'away';
  if (out.error === 'server_error') return 'fault';
  if (error instanceof errors.SessionNotFound) return 'page-expired';
  if (error instanceof errors.InvalidClient) return 'unknown-application';
  return error instanceof errors.InvalidRedirectUri ? 'wrong-way-back' : 'bad-request';
}

/** What was received against what is registered, and what would allow it. */
function noteFor(ctx: KoaContextWithOIDC, out: ErrorOut, error: Error): DeveloperNote {
  const { error: name, error_description: description } = out;
  const note = { error: name, ...(description && { description }), facts: [] };
  const { client, params } = ctx.oidc;
  const received = params?.['redirect_uri'];
  if (!(error instanceof errors.InvalidRedirectUri) || !client || typeof received !== 'string') {
    return note;
  }
  const explained = explainRedirect(received, registrationOf(client));
  const why = [description, explained.differs, explained.fault].filter(Boolean);
  return {
    ...note,
    description: why.join('; '),
    facts: [
      { name: 'received', values: [explained.received] },
      { name: 'registered', values: explained.registered },
    ],
    ...(explained.command !== undefined && { command: explained.command }),
  };
}
