import type { KoaContextWithOIDC } from 'oidc-provider';
import { digest } from '../crypto/digest.ts';
import type { SessionLife, SessionStore } from '../sessions/store.ts';
import type { Settings } from '../settings/settings.ts';
import { circumstances } from './circumstances.ts';
import { perRequest } from './per-request.ts';
import type { Vitals, VitalsStore } from './protocol-store.ts';

export interface RequestVitalsDeps {
  vitals: VitalsStore;
  sessions: Pick<SessionStore, 'touch'>;
  settings: Pick<
    Settings,
    'GATEHOUSE_TTL_SESSION' | 'GATEHOUSE_TTL_SESSION_REMEMBERED' | 'GATEHOUSE_TTL_SESSION_ABSOLUTE'
  >;
  now: () => Date;
}

type Context = KoaContextWithOIDC | undefined;

/**
 * What decides whether a session, a grant and their person live: asked once a request, told as often as the library
 * wants. Nothing is remembered beyond the request.
 */
export interface RequestVitals {
  ofGrant(ctx: Context, grantId: string): Promise<Vitals | undefined>;
  /** `sessionId` is the hash of the session's uid. */
  ofSession(ctx: Context, sessionId: string): Promise<Vitals | undefined>;
  /** Of the person who is signed in in this browser; begins the session's life where it only now signs in. */
  signedIn(ctx: KoaContextWithOIDC): Promise<Vitals | undefined>;
  /** What this request has learnt so far. */
  known(ctx: KoaContextWithOIDC): Vitals | undefined;
  remember(ctx: Context, vitals: Vitals): void;
  /** Tells the session's life that it was used. */
  use(ctx: KoaContextWithOIDC): Promise<void>;
}

const MINUTE_MS = 60_000;

export function requestVitals(deps: RequestVitalsDeps): RequestVitals {
  const learntIn = perRequest(() => new Learnt());
  const learntBy = (ctx: Context): Learnt => (ctx ? learntIn(ctx) : new Learnt());

  const vitals: RequestVitals = {
    ofGrant: (ctx, grantId) =>
      learntBy(ctx).once(`grant ${grantId}`, () => deps.vitals.ofGrant(grantId, deps.now())),

    ofSession: (ctx, sessionId) =>
      learntBy(ctx).once(`session ${sessionId}`, () =>
        deps.vitals.ofSession(sessionId, clientIdOf(ctx), deps.now()),
      ),

    async signedIn(ctx) {
      const { session } = ctx.oidc;
      if (!session?.accountId) return undefined;
      const { uid, accountId } = session;
      const id = digest(uid);
      const begin = () =>
        deps.vitals.begin(newLife(deps, ctx, id, accountId), clientIdOf(ctx), deps.now());
      const learnt = learntBy(ctx);
      // Whoever has proved to be somebody just now, in a session that was not found, has no life in it yet.
      const arrives = Boolean(ctx.oidc.result?.login);
      const asked = arrives ? learnt.once(`session ${id}`, begin) : vitals.ofSession(ctx, id);
      const known = await asked;
      if (known) return known.account.id === accountId ? known : undefined;
      return arrives ? undefined : learnt.once(`life ${id}`, begin);
    },

    known: (ctx) => learntBy(ctx).latest,

    remember(ctx, found) {
      const learnt = learntBy(ctx);
      for (const grant of found.grants) learnt.put(`grant ${grant.id}`, found);
      if (found.session) learnt.put(`session ${found.session.id}`, found);
    },

    async use(ctx) {
      const life = (await vitals.signedIn(ctx))?.session;
      const at = deps.now();
      if (life && at.getTime() - life.lastUsedAt.getTime() > MINUTE_MS) {
        await deps.sessions.touch(life.id, at);
      }
    },
  };
  return vitals;
}

class Learnt {
  latest: Vitals | undefined;
  readonly #answers = new Map<string, Promise<Vitals | undefined>>();

  once(about: string, ask: () => Promise<Vitals | undefined>): Promise<Vitals | undefined> {
    const known = this.#answers.get(about);
    if (known) return known;
    const answer = ask().then((vitals) => {
      this.latest = vitals ?? this.latest;
      return vitals;
    });
    this.#answers.set(about, answer);
    return answer;
  }

  put(about: string, vitals: Vitals): void {
    this.latest = vitals;
    this.#answers.set(about, Promise.resolve(vitals));
  }
}

/** The session is found before the library has read the parameters. */
function clientIdOf(ctx: Context): string | undefined {
  const id = ctx?.oidc.params?.['client_id'] ?? ctx?.query['client_id'];
  return typeof id === 'string' && !id.includes('\0') ? id : undefined;
}

function newLife(
  { settings, now }: RequestVitalsDeps,
  ctx: KoaContextWithOIDC,
  id: string,
  accountId: string,
): SessionLife {
  const startedAt = now();
  const remembered = !ctx.oidc.session?.transient;
  const { ip, userAgent } = circumstances(ctx);
  return {
    id,
    accountId,
    signOutVersion: versionOf(ctx),
    remembered,
    startedAt,
    lastUsedAt: startedAt,
    idleS: remembered ? settings.GATEHOUSE_TTL_SESSION_REMEMBERED : settings.GATEHOUSE_TTL_SESSION,
    expiresAt: new Date(startedAt.getTime() + settings.GATEHOUSE_TTL_SESSION_ABSOLUTE * 1000),
    ...(ip !== undefined && { ip }),
    ...(userAgent !== undefined && { userAgent }),
  };
}

/**
 * The account's version when the person proved to be it, not now: whoever typed a password before it was changed does
 * not get in after it.
 */
function versionOf(ctx: KoaContextWithOIDC): number {
  const login: { signOutVersion?: unknown } = Object(ctx.oidc.result?.login);
  if (typeof login.signOutVersion !== 'number') {
    throw new TypeError('the result of a sign-in must carry the signOutVersion of its account');
  }
  return login.signOutVersion;
}
