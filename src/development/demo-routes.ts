import { Router } from '@koa/router';
import type { Context } from 'koa';
import { circumstancesOf } from '../audit/circumstances-of.ts';
import type { AuditTrail } from '../audit/store.ts';
import { developmentOnly } from '../http/development-only.ts';
import type { Render } from '../http/render.ts';
import { seeOther } from '../http/see-other.ts';
import { languageOf } from '../i18n/language-of.ts';
import { DEMO } from './demo-clients.ts';
import {
  type DemoProblem,
  type DemoTokens,
  type DemoVisit,
  type VisitStore,
  demoVisits,
} from './demo-visits.ts';
import { type CheckedTokens, type RelyingParty, relyingParty } from './relying-party.ts';

/** /demo: an application to try the server with. Development shows it, to this machine alone. */
export interface DemoDeps {
  issuer: string;
  artifacts: VisitStore;
  audit: Pick<AuditTrail, 'record'>;
  render: Render;
  now: () => Date;
}

type Act = (ctx: Context, visit: DemoVisit) => Promise<{ visit: DemoVisit; next?: string }>;

export function demoRoutes(deps: DemoDeps): Router {
  const party = relyingParty(deps.issuer);
  const visits = demoVisits(deps.artifacts);
  const router = new Router({ prefix: '/demo' });
  router.use(developmentOnly);

  /** Does one thing an application does, remembers what came of it, and shows it at /demo. */
  const act = (work: Act) => async (ctx: Context) => {
    const before = await visits.read(ctx);
    const { visit, next = '/demo' } = await attempt(ctx, before, work);
    await visits.write(ctx, visit);
    seeOther(ctx, next);
  };

  router.get('/', async (ctx) => {
    const visit = await visits.read(ctx);
    const { problem, ...rest } = visit;
    if (problem) await visits.write(ctx, rest);
    await show(deps, party, ctx, visit);
  });
  router.post(
    '/sign-in',
    act((ctx) => signIn(party, ctx)),
  );
  router.get(
    '/callback',
    act((ctx, visit) => comeBack(deps, party, ctx, visit)),
  );
  router.post(
    '/me',
    act(
      withTokens(async (visit, tokens) => {
        const me = await party.me(tokens);
        return { ...visit, me };
      }),
    ),
  );
  router.post(
    '/refresh',
    act(
      withTokens(async (visit, tokens) => ({
        ...visit,
        tokens: await party.refresh(tokens),
        refreshes: (visit.refreshes ?? 0) + 1,
      })),
    ),
  );
  router.post(
    '/sign-out',
    act(async (_ctx, { tokens }) => ({
      visit: {},
      next: tokens ? await party.signOutUrl(tokens) : '/demo',
    })),
  );
  return router;
}

async function attempt(ctx: Context, visit: DemoVisit, work: Act): ReturnType<Act> {
  try {
    return await work(ctx, visit);
  } catch (error) {
    ctx.state.log.info({ err: error }, 'the demo met an error');
    return { visit: { ...visit, problem: problemOf(error) } };
  }
}

async function signIn(party: RelyingParty, ctx: Context) {
  const { url, asked } = await party.ask(languageOf(ctx));
  return { visit: { asked }, next: url };
}

async function comeBack(deps: DemoDeps, party: RelyingParty, ctx: Context, { asked }: DemoVisit) {
  if (!asked) return { visit: { problem: { name: 'lost' as const } } };
  const tokens = await party.redeem(new URL(ctx.originalUrl, deps.issuer), asked);
  const visit: DemoVisit = { tokens, nonce: asked.nonce };
  const checked = await party.check(tokens, asked.nonce, deps.now());
  if (allPassed(checked)) {
    const accountId = String(checked.id.payload['sub']);
    await deps.audit.record(
      'token-verified',
      {},
      circumstancesOf(ctx, { accountId, clientId: DEMO }),
    );
  }
  return { visit };
}

function withTokens(work: (visit: DemoVisit, tokens: DemoTokens) => Promise<DemoVisit>): Act {
  return async (_ctx, visit) => ({ visit: visit.tokens ? await work(visit, visit.tokens) : visit });
}

function allPassed({ id, access }: CheckedTokens): boolean {
  return [...id.checks, ...access.checks].every(({ passed }) => passed);
}

/** Errors of the library carry the server's own words. Nothing in them is a secret. */
function problemOf(thrown: unknown): DemoProblem {
  const { error, error_description: description, message, code } = Object(thrown);
  if (error === 'access_denied') return { name: 'refused' };
  const detail = [error ?? code, description ?? message].filter(Boolean).join(': ');
  return { name: 'failed', detail };
}

async function show(
  deps: DemoDeps,
  party: RelyingParty,
  ctx: Context,
  { tokens, nonce, me, refreshes, problem }: DemoVisit,
): Promise<void> {
  const checked = tokens && (await party.check(tokens, nonce, deps.now()));
  deps.render(ctx, 'development/demo', {
    layout: checked ? 'wide' : 'step',
    problem,
    verified: checked && allPassed(checked),
    tokens: checked && [
      { name: 'id', raw: tokens?.idToken, ...checked.id },
      { name: 'access', raw: tokens?.accessToken, ...checked.access },
    ],
    canRefresh: tokens?.refreshToken !== undefined,
    refreshes,
    me,
  });
}
