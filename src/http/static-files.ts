import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { Middleware } from 'koa';

const YEAR_S = 31_536_000;
const TYPES: Record<string, string> = {
  '.css': 'text/css',
  '.js': 'text/javascript',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.webp': 'image/webp',
};

export interface StaticFile {
  name: string;
  body: Buffer;
}

/** The files that pages ask for, under names that change with what is in them. */
export interface StaticFiles {
  /** "look.css" -> "/static/look.<hash>.css". An unknown name is a bug. */
  urlOf(name: string): string;
  serve: Middleware;
}

/** Read once: a file that changes under a running server would no longer be what its name says. */
export function filesIn(folder: string): StaticFile[] {
  return readdirSync(folder).map((name) => {
    const body = readFileSync(join(folder, name));
    return { name, body: extname(name) === '.css' ? slim(body) : body };
  });
}

/** A stylesheet without what is for its authors alone: comments, and the spaces around its marks. */
function slim(css: Buffer): Buffer {
  const text = css
    .toString()
    .replaceAll(/\/\*[^]*?\*\//g, '')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/ ?([{};,]) ?/g, '$1')
    .replaceAll(/: (?=[^{}]*[;}])/g, ':')
    .replaceAll(';}', '}');
  return Buffer.from(text.trim());
}

export function staticFiles(files: Iterable<StaticFile>): StaticFiles {
  const urls = new Map<string, string>();
  const bodies = new Map<string, { body: Buffer; type: string }>();
  for (const { name, body } of files) {
    const type = TYPES[extname(name)];
    if (!type) continue;
    const url = `/static/${hashed(name, body)}`;
    urls.set(name, url);
    bodies.set(url, { body, type });
  }
  return {
    urlOf(name) {
      const url = urls.get(name);
      if (!url) throw new Error(`There is no static file ${name}.`);
      return url;
    },
    serve(ctx, next) {
      const file = ctx.method === 'GET' || ctx.method === 'HEAD' ? bodies.get(ctx.path) : undefined;
      if (!file) return next();
      ctx.state['route'] = '/static';
      ctx.set('Cache-Control', `public, max-age=${YEAR_S}, immutable`);
      ctx.type = file.type;
      ctx.body = file.body;
      return undefined;
    },
  };
}

function hashed(name: string, body: Buffer): string {
  const hash = createHash('sha256').update(body).digest('base64url').slice(0, 16);
  const extension = extname(name);
  return `${name.slice(0, -extension.length)}.${hash}${extension}`;
}
