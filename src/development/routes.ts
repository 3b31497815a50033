import type { Router } from '@koa/router';
import { type DemoDeps, demoRoutes } from './demo-routes.ts';
import { galleryRoutes } from './gallery-routes.ts';
import { type LetterboxDeps, letterboxRoutes } from './letterbox-routes.ts';

/** What only development shows: the demo application, the letterbox and the gallery. */
export function developmentRoutes(deps: DemoDeps & LetterboxDeps): Router[] {
  return [demoRoutes(deps), letterboxRoutes(deps), galleryRoutes(deps)];
}
