import type { Context, Middleware } from 'koa';

/**
 * The library sends the browser on by a page that posts itself: to the way out and back when somebody else comes in, or
 * to an application that asked for `form_post`. It works, but it belongs to another house, and whoever has no
 * JavaScript gets stuck on it. Here it is shown as one of our pages, with the same form.
 */
export function postingPage(
  render: (ctx: Context, view: string, locals: Record<string, unknown>) => void,
): Middleware {
  return async (ctx, next) => {
    await next();
    const form = typeof ctx.body === 'string' ? postedBy(ctx.body) : undefined;
    if (form) render(ctx, 'posting/posting', { ...form });
  };
}

/** What the library's page posts, and where; undefined for any other page. */
function postedBy(html: string): { action: string; fields: Field[] } | undefined {
  if (!html.includes('<title>Submitting Callback</title>')) return undefined;
  const action = /<form method="post" action="([^"]*)">/.exec(html)?.[1];
  const inputs = html.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"\/>/g);
  if (action === undefined) return undefined;
  return {
    action: plain(action),
    fields: [...inputs].map(([, name = '', value = '']) => ({
      name: plain(name),
      value: plain(value),
    })),
  };
}

interface Field {
  name: string;
  value: string;
}

/** What was escaped for the library's page is escaped anew for ours. */
function plain(escaped: string): string {
  return escaped.replaceAll(/&(amp|lt|gt|quot|#39);/g, (entity) => ENTITIES[entity] ?? entity);
}

const ENTITIES: Record<string, string> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
};
