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
import type { Interactions } from '../oidc/interaction.ts';
import { browserOf } from '../proofs/browser-cookie.ts';
import { keepLink, keptLink } from '../proofs/link-cookie.ts';
import {
  type LinkDeps,
  type ReadLink,
  type ReadLinkDeps,
  confirmElsewhere,
  confirmHere,
  readLink,
  voidProof,
} from '../proofs/links.ts';
import { readDigits } from '../proofs/read-digits.ts';
import { type TakeOverDeps, takeOver } from '../proofs/take-over.ts';
import { whoAsked } from '../proofs/who-asked.ts';

/**
 * Where the link of the mail leads. Reading it changes nothing: programs follow links before people do. In another
 * browser than the one that began, whoever confirms says the number that the first tab shows, and is not let in by it.
 */
export interface LinkRouteDeps extends ReadLinkDeps {
  atomically: LinkDeps['atomically'] & TakeOverDeps['atomically'];
  clients: Pick<ClientStore, 'find'>;
  interactions: Interactions;
  render: Render;
}

const form = z.object({
  code: z.string().max(100).default(''),
  /** "This was not me", "I no longer have that page". */
  stop: z.string().optional(),
  here: z.string().optional(),
});

export function linkRoutes(deps: LinkRouteDeps): Router {
  const router = new Router();

  router.get('/email-verification/:handle', async (ctx) => {
    const handle = String(ctx['params']['handle']);
    if (handle.includes('.')) return seeOther(ctx, keepLink(ctx, PAGE, handle, deps.now()));
    return show(deps, ctx, await linkOf(deps, ctx));
  });

  router.post('/email-verification/:handle', async (ctx) => {
    const link = await linkOf(deps, ctx);
    if (link?.standing === 'taken-over') return onceMore(deps, ctx, link);
    if (link?.standing !== 'pending') return show(deps, ctx, link);
    return link.uid === undefined ? elsewhere(deps, ctx, link) : confirm(deps, ctx, link, link.uid);
  });

  return router;
}

const PAGE = 'email-verification';

/** A browser that has none is given a secret with the page: whoever then clicks twice is one browser. */
function linkOf(deps: LinkRouteDeps, ctx: Context): Promise<ReadLink | undefined> {
  return readLink(deps, {
    handle: keptLink(ctx, String(ctx['params']['handle'])),
    purposes: ['sign-up', 'verify'],
    browser: browserOf(ctx, deps.now()),
  });
}

async function confirm(
  deps: LinkRouteDeps,
  ctx: Context,
  link: ReadLink,
  uid: string,
): Promise<void> {
  const { stop } = await readForm(ctx, form);
  const circumstances = aboutIt(ctx, link);
  if (stop !== undefined) {
    await voidProof(deps, link.proof, 'not-me', circumstances);
    return seeOther(ctx, ctx.path);
  }
  await confirmHere(deps, link, circumstances);
  return seeOther(ctx, `/interaction/${uid}`);
}

async function elsewhere(deps: LinkRouteDeps, ctx: Context, link: ReadLink): Promise<void> {
  const { code, stop, here } = await readForm(ctx, form);
  const circumstances = aboutIt(ctx, link);
  if (stop !== undefined) {
    await voidProof(deps, link.proof, 'not-me', circumstances);
    return seeOther(ctx, ctx.path);
  }
  if (here !== undefined) return goOnHere(deps, ctx, link);
  const number = readDigits(code, 2);
  if (number === undefined) return show(deps, ctx, link, 'incomplete');
  await confirmElsewhere(deps, link, { number, circumstances });
  return seeOther(ctx, ctx.path);
}

/** The second of two clicks goes on like the first. */
async function onceMore(deps: LinkRouteDeps, ctx: Context, link: ReadLink): Promise<void> {
  const { here } = await readForm(ctx, form);
  return here === undefined ? show(deps, ctx, link) : goOnHere(deps, ctx, link);
}

/** The first tab is gone: the proof becomes this browser's, and what it leads to ends at our own door. */
async function goOnHere(deps: LinkRouteDeps, ctx: Context, link: ReadLink): Promise<void> {
  const browser = browserOf(ctx, deps.now());
  const to = { browser, clientId: OWN_CLIENT_ID };
  const own = await takeOver(deps, link.proof, to, aboutIt(ctx, link));
  if (!own) return seeOther(ctx, ctx.path);
  const { id, purpose, email } = own;
  if (purpose === 'verify') return deps.interactions.begin(ctx, { wants: 'sign-in', email });
  const proof = { id, purpose };
  const proved = { proofId: id, email };
  return deps.interactions.begin(ctx, { wants: 'sign-up', proof, proved });
}

async function show(
  deps: LinkRouteDeps,
  ctx: Context,
  link: ReadLink | undefined,
  error?: 'incomplete',
): Promise<void> {
  if (!link) {
    ctx.status = 404;
    return deps.render(ctx, 'email-verification/link-ended', { standing: 'unknown' });
  }
  const { proof, standing, uid } = link;
  const client = await deps.clients.find(proof.clientId);
  if (standing !== 'pending') return showEnd(deps, ctx, link);
  if (error) ctx.status = 400;
  deps.render(ctx, `email-verification/${uid === undefined ? 'link-elsewhere' : 'link'}`, {
    action: ctx.path,
    error,
    email: proof.email,
    purpose: proof.purpose,
    door: client && doorOf(client, undefined),
    asked: whoAsked(ctx, proof, client),
  });
}

function showEnd(
  { render }: LinkRouteDeps,
  ctx: Context,
  { standing, uid, proof }: ReadLink,
): void {
  const done = standing === 'proved' || standing === 'used';
  ctx.status = done ? 200 : 410;
  render(ctx, 'email-verification/link-ended', {
    standing: standing === 'proved' ? (uid === undefined ? 'elsewhere' : 'proved') : standing,
    email: proof.email,
    goOn: uid === undefined ? undefined : `/interaction/${uid}`,
  });
}

function aboutIt(ctx: Context, { proof }: ReadLink) {
  return circumstancesOf(ctx, { clientId: proof.clientId });
}
