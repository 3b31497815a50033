import { Router } from '@koa/router';
import type { Context } from 'koa';
import { CannotGoOn } from '../http/cannot-go-on.ts';
import { developmentOnly } from '../http/development-only.ts';
import type { Render } from '../http/render.ts';
import { languageOf } from '../i18n/language-of.ts';
import { LANGUAGES, type Language, isLanguage } from '../i18n/languages.ts';
import { translator } from '../i18n/translate.ts';
import { PLACES, sampleOf } from './gallery/gallery.ts';

/** Development: every page in every state and language. It shows samples, and touches no store. */
export function galleryRoutes({ render, now }: { render: Render; now: () => Date }): Router {
  const router = new Router({ prefix: '/gallery' });
  router.use(developmentOnly);

  router.get('/', (ctx) => {
    render(ctx, 'development/gallery', { layout: 'wide', folders: folders() });
  });

  router.get('/:folder/:page/:state', (ctx) => {
    const wishes = wishesOf(ctx, now());
    render(ctx, 'development/gallery-state', { layout: 'wide', ...walk(ctx, wishes) });
    allow(ctx, "frame-src 'self'");
  });

  router.get('/:folder/:page/:state/alone', (ctx) => {
    const { language, direction, scheme } = wishesOf(ctx, now());
    const reader = { language, t: translator(language) };
    const sample = sampleOf(viewOf(ctx), String(ctx.params['state']), reader);
    if (!sample) throw new CannotGoOn(404, 'not-found');
    render(ctx, viewOf(ctx), {
      t: reader.t,
      language: { code: language, ...LANGUAGES[language], direction },
      otherLanguages: others(language),
      here: `${ctx.path}${query({ direction, scheme })}`,
      requestId: REQUEST_ID,
      scheme,
      ...sample,
    });
    allow(ctx, "frame-src 'self'");
    mayBeFramed(ctx);
  });

  // The forms of samples lead nowhere: the browser stays where it is.
  router.post('/:folder/:page/:state/alone', (ctx) => {
    ctx.status = 204;
  });

  return router;
}

const REQUEST_ID = '0192d4a0-5f3c-7e21-9b6a-3f8e21c7d540';

interface Wishes {
  language: Language;
  direction: 'ltr' | 'rtl';
  /** Of the page itself; otherwise as the browser is set. */
  scheme?: 'light' | 'dark';
}

function wishesOf(ctx: Context, now: Date): Wishes {
  const { language: asked, direction, scheme } = ctx.query;
  const language = isLanguage(asked) ? asked : languageOf(ctx, now);
  return {
    language,
    direction: direction === 'rtl' ? 'rtl' : LANGUAGES[language].direction,
    ...((scheme === 'light' || scheme === 'dark') && { scheme }),
  };
}

function viewOf(ctx: Context): string {
  return `${ctx['params'].folder}/${ctx['params'].page}`;
}

function others(language: Language): { code: string; name: string }[] {
  return Object.entries(LANGUAGES)
    .filter(([code]) => code !== language)
    .map(([code, { name }]) => ({ code, name }));
}

function folders() {
  const byFolder = Map.groupBy(PLACES, ({ view }) => view.split('/')[0] ?? '');
  return [...byFolder].map(([name, places]) => ({
    name,
    views: [...Map.groupBy(places, ({ view }) => view)].map(([view, states]) => ({
      name: view,
      states: states.map(({ state, path }) => ({ name: state, href: path })),
    })),
  }));
}

/** One state beside its neighbours: on a phone and on a desk, in the light and in the dark. */
function walk(ctx: Context, { language, direction }: Wishes) {
  const at = PLACES.findIndex(({ path }) => path === ctx.path);
  const place = PLACES[at];
  if (!place) throw new CannotGoOn(404, 'not-found');
  const wishes = { language, direction };
  const to = (path: string, change = {}) => `${path}${query({ ...wishes, ...change })}`;
  const neighbour = (step: number) => {
    const path = PLACES[at + step]?.path;
    return path && to(path);
  };
  return {
    ...place,
    previous: neighbour(-1),
    next: neighbour(1),
    choices: [
      choice('language', Object.keys(LANGUAGES), language),
      choice('direction', ['ltr', 'rtl'], direction),
    ],
    frames: ['phone', 'desk'].flatMap((size) =>
      ['light', 'dark'].map((scheme) => ({
        size,
        scheme,
        src: to(`${place.path}/alone`, { scheme }),
      })),
    ),
  };

  function choice(name: string, values: string[], chosen: string) {
    const options = values.map((value) => ({
      name: value,
      href: to(ctx.path, { [name]: value }),
      chosen: value === chosen,
    }));
    return { name, options };
  }
}

function query(wishes: Record<string, string | undefined>): string {
  const text = new URLSearchParams();
  for (const [name, value] of Object.entries(wishes)) if (value) text.set(name, value);
  return text.size > 0 ? `?${text.toString()}` : '';
}

function allow(ctx: Context, directive: string): void {
  const policy = ctx.response.get('Content-Security-Policy');
  ctx.set('Content-Security-Policy', `${policy}; ${directive}`);
}

/** By our own pages alone. */
function mayBeFramed(ctx: Context): void {
  const policy = ctx.response.get('Content-Security-Policy');
  ctx.set(
    'Content-Security-Policy',
    policy.replace("frame-ancestors 'none'", "frame-ancestors 'self'"),
  );
  ctx.set('X-Frame-Options', 'SAMEORIGIN');
}
