import type { Context } from 'koa';
import type { Reason } from './cannot-go-on.ts';
import type { ErrorPage } from './error-pages.ts';
import { waitInWords } from './must-wait.ts';
import { plainErrorPage } from './plain-error-page.ts';
import type { Render } from './render.ts';

/** What a developer may want to know; shown in development alone, to this machine alone. */
export interface DeveloperNote {
  error: string;
  description?: string;
  facts: { name: 'received' | 'registered'; values: string[] }[];
  command?: string;
}

export type ShowError = (
  ctx: Context,
  problem: { reason: Reason; developer?: DeveloperNote },
) => void;

/** The page of every error, in the reader's language. Where it cannot be rendered, one that needs nothing is shown. */
export function errorPage(render: Render): ErrorPage & ShowError {
  return (ctx: Context, problem: { reason: Reason; developer?: DeveloperNote }) => {
    const { reason, developer } = problem;
    try {
      const waitS = reason === 'too-many' ? Number(ctx.response.get('Retry-After')) : 0;
      const wait = waitS > 0 ? waitInWords(waitS) : undefined;
      render(ctx, 'error/error', { reason, developer, wait });
    } catch (error) {
      ctx.state.log.error({ err: error }, 'the error page cannot be rendered');
      plainErrorPage(ctx, { reason, requestId: ctx.state.requestId });
    }
  };
}
