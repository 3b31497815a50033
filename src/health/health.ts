import type { Middleware } from 'koa';

/** Answers whether this process lives and whether it can work. It gives no detail to strangers. */
export interface Health {
  /** False before everything is open, while draining, and when a store does not answer. */
  isReady(): Promise<boolean>;
}

/** Whatever the Host: who asks is a machine that knows only an address. */
export function healthRoutes(health: Health): Middleware {
  return async (ctx, next) => {
    if (ctx.path !== '/health/live' && ctx.path !== '/health/ready') {
      await next();
      return;
    }
    ctx.state['route'] = ctx.path;
    const well = ctx.path === '/health/live' || (await health.isReady());
    ctx.status = well ? 200 : 503;
    ctx.type = 'text/plain';
    ctx.body = well ? 'ok\n' : 'not ready\n';
  };
}

/** How long a store may take to say that it is there. */
const PATIENCE_MS = 1000;

/** Whether all answer in time. */
export async function allAnswer(probes: (() => Promise<unknown>)[]): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(resolve, PATIENCE_MS, false);
  });
  const answered = Promise.all(probes.map((probe) => probe())).then(
    () => true,
    () => false,
  );
  const well = await Promise.race([answered, late]);
  clearTimeout(timer);
  return well;
}
