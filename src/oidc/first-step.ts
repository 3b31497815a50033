import type { Context, Middleware } from 'koa';
import { seeOther } from '../http/see-other.ts';
import { type Progress, nextStep } from './dispatch.ts';
import { perRequest } from './per-request.ts';

/** One that begins. */
export interface BegunInteraction {
  uid: string;
  params: object;
  prompt: { name: string; reasons: string[] };
  session?: { accountId?: string } | undefined;
}

const stepOf = perRequest((): { way?: string; step?: string } => ({}));

/**
 * The library binds the cookie of an interaction to the address that it sends the browser to, and all steps lie below that one.
 * So it is told of the door to all of them, and the browser of the step: nobody knocks at the door first.
 */
export const toFirstStep: Middleware = async (ctx, next) => {
  await next();
  const { way, step } = stepOf(ctx);
  if (way === undefined || ctx.response.get('Location') !== way) return;
  seeOther(ctx, `${way}/${step}`);
};

export function noteFirstStep(
  ctx: Context,
  { uid, prompt, session }: BegunInteraction,
  progress: Progress,
): void {
  const asked = { prompt: prompt.name, reasons: prompt.reasons };
  const step = nextStep(asked, progress, { signedIn: session?.accountId !== undefined });
  if (step !== 'finish') Object.assign(stepOf(ctx), { way: `/interaction/${uid}`, step });
}
