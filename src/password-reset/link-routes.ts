import { Router } from '@koa/router';
import type { Context } from 'koa';
import { z } from 'zod';
import { circumstancesOf } from '../audit/circumstances-of.ts';
import { doorOf } from '../clients/door.ts';
import { OWN_CLIENT_ID } from '../clients/own-client.ts';
import type { ClientStore } from '../clients/store.ts';
import { readForm } from '../http/form.ts';
import type { Render } from '../http/render.ts';
import { seeOther } from '../http/see-other.ts';
import { tellReader } from '../i18n/language-of.ts';
import type { Interactions } from '../oidc/interaction.ts';
import { browserOf } from '../proofs/browser-cookie.ts';
import { keepLink, keptLink } from '../proofs/link-cookie.ts';
import {
  type LinkDeps,
  type ReadLink,
  type ReadLinkDeps,
  confirmHere,
  readLink,
  voidProof,
} from '../proofs/links.ts';
import { type TakeOverDeps, takeOver } from '../proofs/take-over.ts';
import { whoAsked } from '../proofs/who-asked.ts';

/**
 * Where the link of the mail leads. Opening it changes nothing: programs follow links before people do. The password is
 * chosen where its button is pressed: in the browser that began, on the way to its application; in another one, at our
 * own door, and what the first one waited for is over.
 */
export interface ResetLinkDeps extends ReadLinkDeps {
  atomically: LinkDeps['atomically'] & TakeOverDeps['atomically'];
  clients: Pick<ClientStore, 'find'>;
  interactions: Interactions;
  render: Render;
}

const form = z.object({ not_me: z.string().optional() });

export function resetLinkRoutes(deps: ResetLinkDeps): Router {
  const router = new Router();

  router.get('/password-reset/:handle', async (ctx) => {
    const handle = String(ctx.params['handle']);
    if (!handle.includes('.')) return show(deps, ctx, (await linkOf(deps, ctx)).link);
    return seeOther(ctx, keepLink(ctx, 'password-reset', handle, deps.now()));
  });

  router.post('/password-reset/:handle', async (ctx) => {
    const { link, browser } = await linkOf(deps, ctx);
    const { not_me: notMe } = await readForm(ctx, form);
    if (!link || OVER.has(link.standing)) return seeOther(ctx, ctx.path);
    if (notMe !== undefined) return stop(deps, ctx, link);
    return link.uid === undefined ? takeOn(deps, ctx, link, browser) : goOn(deps, ctx, link);
  });

  return router;
}

const OVER: ReadonlySet<ReadLink['standing']> = new Set(['expired', 'void', 'used'] as const);

/** A browser that has none is given a secret with the page: whoever then clicks twice is one browser. */
async function linkOf(deps: ResetLinkDeps, ctx: Context) {
  const handle = keptLink(ctx, String(ctx['params'].handle));
  const browser = browserOf(ctx, deps.now());
  return { link: await readLink(deps, { handle, purposes: ['reset'], browser }), browser };
}

/** The interaction that this browser began goes on. */
async function goOn(deps: ResetLinkDeps, ctx: Context, link: ReadLink): Promise<void> {
  await confirmHere(deps, link, aboutIt(ctx, link));
  return seeOther(ctx, pathOf(link));
}

/** Nothing of another browser's interaction is taken up here. */
async function takeOn(
  deps: ResetLinkDeps,
  ctx: Context,
  link: ReadLink,
  browser: string,
): Promise<void> {
  const to = { browser, clientId: OWN_CLIENT_ID };
  const own = await takeOver(deps, link.proof, to, aboutIt(ctx, link));
  if (!own) return seeOther(ctx, ctx.path);
  const { id, email } = own;
  return deps.interactions.begin(ctx, {
    wants: 'password-reset',
    email,
    proof: { id, purpose: 'reset' },
    proved: { proofId: id, email },
  });
}

async function stop(deps: ResetLinkDeps, ctx: Context, link: ReadLink): Promise<void> {
  await voidProof(deps, link.proof, 'not-me', aboutIt(ctx, link));
  return seeOther(ctx, ctx.path);
}

function aboutIt(ctx: Context, { proof }: ReadLink) {
  return circumstancesOf(ctx, { clientId: proof.clientId });
}

const pathOf = ({ uid }: ReadLink) => `/interaction/${uid}/password-reset/code`;

async function show(deps: ResetLinkDeps, ctx: Context, link: ReadLink | undefined): Promise<void> {
  if (link) tellReader(ctx, { account: link.proof.language });
  if (link?.standing !== 'pending') return showEnd(deps, ctx, link);
  const { proof, uid } = link;
  const client = await deps.clients.find(proof.clientId);
  deps.render(ctx, 'password-reset/link', {
    action: ctx.path,
    email: proof.email,
    ...(uid === undefined
      ? { asked: listed(whoAsked(ctx, proof, client)) }
      : { door: client && doorOf(client, undefined) }),
  });
}

function showEnd({ render }: ResetLinkDeps, ctx: Context, link: ReadLink | undefined): void {
  if (link?.standing === 'proved') {
    if (link.uid !== undefined) return seeOther(ctx, pathOf(link));
    // The code may have been talked out of its owner, who reads this while somebody else chooses a password.
    return render(ctx, 'password-reset/link-ended', { why: 'typed', action: ctx.path });
  }
  ctx.status = 410;
  const why = link?.standing === 'void' ? 'stopped' : 'over';
  return render(ctx, 'password-reset/link-ended', { why });
}

function listed(facts: ReturnType<typeof whoAsked>) {
  return Object.entries(facts).flatMap(([name, value]) => (value ? [{ name, value }] : []));
}
