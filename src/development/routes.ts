import type { Router } from '@koa/router';
import { type DemoDeps, demoRoutes } from './demo-routes.ts';
import { galleryRoutes } from './gallery-routes.ts';
import { type LetterboxDeps, letterboxRoutes } from './letterbox-routes.ts';
import { type MailTemplateDeps, mailTemplateRoutes } from './mail-template-routes.ts';

/** What only development shows: the demo application, the letterbox, every mail and the gallery. */
export function developmentRoutes(deps: DemoDeps & LetterboxDeps & MailTemplateDeps): Router[] {
  // Templates come first: else they would be taken for a mail of that name.
  const mails = [mailTemplateRoutes(deps), letterboxRoutes(deps)];
  return [demoRoutes(deps), ...mails, galleryRoutes(deps)];
}
