import type { Context } from 'koa';
import { type Provider, errors } from 'oidc-provider';
import { type Arrival, type ComeInDeps, comeIn } from '../accounts/come-in.ts';
import { giveMark, marksOf } from '../accounts/known-browser-cookie.ts';
import { type PasswordAgeDeps, isPasswordExpired } from '../accounts/password-age.ts';
import { circumstancesOf } from '../audit/circumstances-of.ts';
import type { Client } from '../clients/client.ts';
import { OWN_CLIENT_ID } from '../clients/own-client.ts';
import { CannotGoOn } from '../http/cannot-go-on.ts';
import { seeOther } from '../http/see-other.ts';
import { withAtHand } from './at-hand.ts';
import { registrationOf } from './client-cache.ts';
import {
  type Asked,
  type Facts,
  type Progress,
  type ProvedPerson,
  type Step,
  nextStep,
  opening,
} from './dispatch.ts';
import { type KeptProgress, openProgress } from './kept-progress.ts';
import { type Requests, openRequests } from './kept-requests.ts';
import { outliveSession } from './outlive-session.ts';
import { ownRequest } from './own-request.ts';
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
   * The interaction of this path and this browser, standing at this step or free to open it (a way in that somebody
   * would rather take). Anything else (stale, finished, another browser's, another step's) is answered here by sending
   * the browser where it belongs, and gives undefined.
   */
  at(ctx: Context, step: Step): Promise<Interaction | undefined>;
  /** The interaction of this path and this browser, if there is one. Nothing changes, and nobody is sent anywhere. */
  look(ctx: Context): Promise<Interaction | undefined>;
  /** Sends the browser to the step where it stands. */
  resume(ctx: Context): Promise<void>;
  /**
   * Somebody has proved to be somebody, and that the address is theirs: they come in, and go on. Where a password that has
   * expired proved it, they choose another one first.
   */
  arrive(ctx: Context, interaction: Interaction, who: WhoArrives): Promise<void>;
  /** Saves what was achieved and sends the browser on: to the next step, or back to the application. */
  proceed(ctx: Context, interaction: Interaction, achieved: Progress): Promise<void>;
  /** Back to the application with `access_denied`. */
  refuse(ctx: Context): Promise<void>;
  /** Begins a sign-in that no application asked for, with what was achieved already. */
  begin(ctx: Context, progress?: Progress): Promise<void>;
  /** Who is signed in in this browser. */
  signedIn(ctx: Context): Promise<string | undefined>;
}

export interface WhoArrives extends Pick<Arrival, 'account' | 'remember' | 'announced'> {
  /** How they proved it (RFC 8176). */
  amr: string[];
}

export interface InteractionDeps extends ComeInDeps, PasswordAgeDeps {
  provider: Provider;
  artifacts: Pick<ArtifactStore, 'put' | 'find' | 'findTogether' | 'consume'>;
}

type Details = Awaited<ReturnType<Provider['interactionDetails']>>;

export function openInteractions(deps: InteractionDeps): Interactions {
  const { provider } = deps;
  const requests = openRequests(deps);
  const kept: KeptProgress = openProgress(deps);

  async function look(ctx: Context): Promise<Interaction | undefined> {
    const { progress, interaction } = await kept.of(String(ctx['params'].uid));
    const details = await withAtHand(interaction, () => ofThisBrowser(provider, ctx));
    const client = details && (await provider.Client.find(String(details.params['client_id'])));
    if (!details || !client) return undefined;
    return describe(details, registrationOf(client), progress);
  }

  async function open(ctx: Context): Promise<Interaction | undefined> {
    const interaction = await look(ctx);
    if (!interaction) await startAgain(provider, requests, ctx);
    return interaction;
  }

  const leave = (ctx: Context, result: object) => leaveWith(deps, requests, ctx, { ...result });

  async function proceed(ctx: Context, interaction: Interaction, achieved: Progress) {
    const progress = { ...interaction.progress, ...achieved };
    const next = standing(interaction, progress);
    if (next === 'finish') return leave(ctx, resultOf(interaction, progress));
    if (Object.keys(achieved).length > 0) await kept.save(interaction.uid, progress);
    seeOther(ctx, `/interaction/${interaction.uid}/${next}`);
  }

  return {
    look,
    proceed,
    async arrive(ctx, interaction, who) {
      await proceed(ctx, interaction, { person: await arrival(deps, ctx, interaction, who) });
    },
    async at(ctx, step) {
      const interaction = await open(ctx);
      ctx.state.display = interaction?.params['display'];
      if (!interaction || standing(interaction, interaction.progress) === step) return interaction;
      const opened = opening(step, interaction.asked, interaction.progress, factsOf(interaction));
      if (opened) {
        const progress = { ...interaction.progress, ...opened };
        await kept.save(interaction.uid, progress);
        return { ...interaction, progress };
      }
      await proceed(ctx, interaction, {});
      return undefined;
    },
    async resume(ctx) {
      const interaction = await open(ctx);
      if (interaction) await proceed(ctx, interaction, {});
    },
    refuse: (ctx) =>
      leave(ctx, { error: 'access_denied', error_description: 'the person refused' }),
    async begin(ctx, progress) {
      if (progress) await kept.sendAhead(ctx, progress);
      seeOther(ctx, ownRequest(provider, progress));
    },
    signedIn: async (ctx) => (await provider.Session.get(ctx)).accountId,
  };
}

/** Of two clicks the second may find that the first has left already. */
async function leaveWith(
  deps: InteractionDeps,
  requests: Requests,
  ctx: Context,
  result: Record<string, unknown>,
): Promise<void> {
  const { provider } = deps;
  const conclude = () => known(provider.interactionResult(ctx.req, ctx.res, result));
  let way = await conclude();
  if (way === undefined && 'login' in result && (await outliveSession(deps, ctx))) {
    way = await conclude();
  }
  if (way === undefined) return startAgain(provider, requests, ctx);
  return seeOther(ctx, way);
}

async function arrival(
  deps: InteractionDeps,
  ctx: Context,
  { uid, client }: Interaction,
  { account, remember, amr, announced = false }: WhoArrives,
): Promise<ProvedPerson> {
  const { id: accountId, signOutVersion } = account;
  const at = Math.floor(deps.now().getTime() / 1000);
  const person = { accountId, signOutVersion, addressProved: true, remember, amr, at };
  if (amr.includes('pwd') && isPasswordExpired(deps, account)) {
    return { ...person, passwordExpired: true };
  }
  const who = { account, remember, announced, marks: marksOf(ctx), visit: uid };
  const { mark } = await comeIn(deps, who, circumstancesOf(ctx, { clientId: client.id }));
  giveMark(ctx, mark, deps.now());
  return person;
}

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

function standing(interaction: Interaction, progress: Progress): Step | 'finish' {
  return nextStep(interaction.asked, progress, factsOf(interaction));
}

const factsOf = ({ accountId }: Interaction): Facts => ({ signedIn: accountId !== undefined });

function resultOf({ asked }: Interaction, { person }: Progress): Record<string, object> {
  if (!person) return { [asked.prompt]: {} };
  const { accountId, amr, remember, at, signOutVersion } = person;
  // Whoever agreed to nothing yet is asked for consent anew, as the person they are now.
  const answered = asked.prompt === 'select_account' || asked.prompt === 'create';
  const chosen = answered ? { [asked.prompt]: {} } : {};
  return { ...chosen, login: { accountId, amr, remember, ts: at, signOutVersion } };
}
