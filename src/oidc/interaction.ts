import { randomBytes } from 'node:crypto';
import type { Context } from 'koa';
import { type Provider, errors } from 'oidc-provider';
import type { Client } from '../clients/client.ts';
import { OWN_CLIENT_ID, ownClient } from '../clients/own-client.ts';
import { digest } from '../crypto/digest.ts';
import { CannotGoOn } from '../http/cannot-go-on.ts';
import { registrationOf } from './client-cache.ts';
import { type Asked, type Progress, type Step, nextStep } from './dispatch.ts';
import { type Requests, openRequests } from './kept-requests.ts';
import type { ArtifactStore } from './protocol-store.ts';

/**
 * What the hosted pages may know of the protocol: one visit to the sign-in pages, bound to the browser that began
 * it. The only thing that flows import from this folder; it hides the library and refuses to know any page.
 */
export interface Interaction {
  uid: string;
  asked: Asked;
  progress: Progress;
  /** Of the application's request, as it was validated. */
  params: Readonly<Record<string, string | undefined>>;
  /** The APIs that it names. */
  resources: readonly string[];
  client: Client;
  /** Nobody sent the person here: our own pages began it. */
  own: boolean;
  /** Who is signed in in this browser. */
  accountId?: string;
}

export interface Interactions {
  /**
   * The interaction of this path and this browser, standing at this step. Anything else (stale, finished, another
   * browser's, another step's) is answered here by sending the browser where it belongs, and gives undefined.
   */
  at(ctx: Context, step: Step): Promise<Interaction | undefined>;
  /** Sends the browser to the step where it stands. */
  resume(ctx: Context): Promise<void>;
  /** Saves what was achieved and sends the browser on: to the next step, or back to the application. */
  proceed(ctx: Context, interaction: Interaction, achieved: Progress): Promise<void>;
  /** Back to the application with `access_denied`. */
  refuse(ctx: Context): Promise<void>;
  /** Begins a sign-in that no application asked for. */
  begin(ctx: Context): void;
  /** Who is signed in in this browser. */
  signedIn(ctx: Context): Promise<string | undefined>;
}

export interface InteractionDeps {
  provider: Provider;
  artifacts: Pick<ArtifactStore, 'put' | 'find'>;
  now: () => Date;
}

type Details = Awaited<ReturnType<Provider['interactionDetails']>>;

export function openInteractions(deps: InteractionDeps): Interactions {
  const { provider, artifacts } = deps;
  const requests = openRequests(deps);

  async function open(ctx: Context): Promise<Interaction | undefined> {
    const details = await ofThisBrowser(provider, ctx);
    const client = details && (await provider.Client.find(String(details.params['client_id'])));
    if (!details || !client) {
      await startAgain(provider, requests, ctx);
      return undefined;
    }
    const saved = await artifacts.find(PROGRESS, digest(details.uid));
    return describe(details, registrationOf(client), Object(saved?.payload));
  }

  /** Of two clicks the second may find that the first has left already. */
  async function leave(ctx: Context, result: Record<string, unknown>): Promise<void> {
    const way = await known(provider.interactionResult(ctx.req, ctx.res, result));
    if (way === undefined) return startAgain(provider, requests, ctx);
    return seeOther(ctx, way);
  }

  async function proceed(ctx: Context, interaction: Interaction, achieved: Progress) {
    const progress = { ...interaction.progress, ...achieved };
    const next = standing(interaction, progress);
    if (next === 'finish') return leave(ctx, resultOf(interaction, progress));
    await artifacts.put(PROGRESS, digest(interaction.uid), { ...progress }, PROGRESS_S);
    seeOther(ctx, `/interaction/${interaction.uid}/${next}`);
  }

  return {
    proceed,
    async at(ctx, step) {
      const interaction = await open(ctx);
      if (!interaction || standing(interaction, interaction.progress) === step) return interaction;
      await proceed(ctx, interaction, {});
      return undefined;
    },
    async resume(ctx) {
      const interaction = await open(ctx);
      if (interaction) await proceed(ctx, interaction, {});
    },
    refuse: (ctx) =>
      leave(ctx, { error: 'access_denied', error_description: 'the person refused' }),
    begin: (ctx) => seeOther(ctx, ownRequest(provider)),
    signedIn: async (ctx) => (await provider.Session.get(ctx)).accountId,
  };
}

const PROGRESS = 'Progress';
/** Longer than any interaction lives. */
const PROGRESS_S = 24 * 60 * 60;

async function ofThisBrowser(provider: Provider, ctx: Context): Promise<Details | undefined> {
  const details = await known(provider.interactionDetails(ctx.req, ctx.res));
  return details?.uid === ctx['params'].uid ? details : undefined;
}

/** Undefined where the library knows no such interaction of this browser. */
async function known<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof errors.SessionNotFound) return undefined;
    throw error;
  }
}

/** A stale page is no dead end: the application's original request begins anew. */
async function startAgain(provider: Provider, requests: Requests, ctx: Context): Promise<void> {
  const kept = await requests.again(ctx['params'].uid);
  if (kept === 'expired') throw new CannotGoOn(404, 'page-expired');
  if (kept === 'no-cookies') throw new CannotGoOn(400, 'no-cookies');
  seeOther(ctx, `${provider.pathFor('authorization')}?${kept.query}`);
}

function describe(details: Details, client: Client, progress: Progress): Interaction {
  const { uid, params, prompt, session } = details;
  return {
    uid,
    asked: { prompt: prompt.name, reasons: prompt.reasons },
    progress,
    params: texts(params),
    resources: [params['resource']].flat().filter((one) => typeof one === 'string'),
    client,
    own: client.id === OWN_CLIENT_ID,
    ...(session && { accountId: session.accountId }),
  };
}

function texts(params: object): Record<string, string> {
  return Object.fromEntries(
    Object.entries(params).filter(([, value]) => typeof value === 'string'),
  );
}

function standing({ asked, accountId }: Interaction, progress: Progress): Step | 'finish' {
  return nextStep(asked, progress, { signedIn: accountId !== undefined });
}

function resultOf({ asked }: Interaction, { person }: Progress): Record<string, object> {
  if (!person) return { [asked.prompt]: {} };
  const { accountId, amr, remember, at, signOutVersion } = person;
  const chosen = asked.prompt === 'select_account' ? { select_account: {} } : {};
  return { ...chosen, login: { accountId, amr, remember, ts: at, signOutVersion } };
}

function seeOther(ctx: Context, location: string): void {
  ctx.status = 303;
  ctx.redirect(location);
}

/** Its code is good for nothing: nobody keeps the verifier. */
function ownRequest(provider: Provider): string {
  const [redirectUri = ''] = ownClient(provider.issuer).redirectUris;
  const query = new URLSearchParams({
    client_id: OWN_CLIENT_ID,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: 'openid',
    code_challenge: digest(randomBytes(32).toString('base64url')),
    code_challenge_method: 'S256',
  });
  return `${provider.pathFor('authorization')}?${query.toString()}`;
}
