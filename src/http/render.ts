import { join } from 'node:path';
import type { Context } from 'koa';
import { compileFile, type compileTemplate } from 'pug';

const VIEWS = join(import.meta.dirname, '../../views');

export type Render = (ctx: Context, view: string, locals?: Record<string, unknown>) => void;

/** Renders views/<view>.pug. Every page receives the same few locals, plus its own. */
export function pugRenderer(shared: (ctx: Context) => Record<string, unknown>): Render {
  return (ctx, view, locals = {}) => {
    ctx.body = compiled(view)({
      nonce: ctx.state.nonce,
      requestId: ctx.state.requestId,
      ...shared(ctx),
      ...locals,
    });
    ctx.type = 'html';
  };
}

const templates = new Map<string, compileTemplate>();

function compiled(view: string): compileTemplate {
  const known = templates.get(view);
  if (known) return known;
  const template = compileFile(join(VIEWS, `${view}.pug`), { basedir: VIEWS });
  templates.set(view, template);
  return template;
}
