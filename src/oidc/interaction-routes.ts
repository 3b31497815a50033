import { Router } from '@koa/router';
import type { Interactions } from './interaction.ts';

/** The one door to all steps: it sends everybody where they stand. */
export function interactionRoutes({ interactions }: { interactions: Interactions }): Router {
  const router = new Router();
  router.get('/interaction/:uid', (ctx) => interactions.resume(ctx));
  return router;
}
