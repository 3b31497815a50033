import { hash } from 'node:crypto';
import { Router } from '@koa/router';
import type { Context } from 'koa';
import type { Logo } from './client.ts';
import type { ClientStore } from './store.ts';

/** Where our pages find the logo of a client. */
export function logoPath(clientId: string): string {
  return `/client-logo/${encodeURIComponent(clientId)}`;
}

/**
 * Somebody else's picture on our origin: whatever a browser makes of its bytes, it is no page, no script, and no
 * other site's.
 */
export function logoRoutes({ clients }: { clients: Pick<ClientStore, 'logo'> }): Router {
  const router = new Router();

  router.get('/client-logo/:id', async (ctx) => {
    const logo = await clients.logo(ctx.params['id'] ?? '');
    if (logo) send(ctx, logo);
  });

  return router;
}

function send(ctx: Context, { type, bytes }: Logo): void {
  ctx.set({
    'Content-Security-Policy': "default-src 'none'; sandbox",
    'X-Content-Type-Options': 'nosniff',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Cache-Control': 'public, max-age=300',
  });
  ctx.etag = hash('sha256', bytes, 'base64url');
  ctx.type = type;
  ctx.body = bytes;
  if (ctx.fresh) ctx.status = 304;
}
