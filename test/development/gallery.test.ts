import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { GALLERY, PLACES } from '../../src/development/gallery/gallery.ts';
import { LANGUAGES } from '../../src/i18n/languages.ts';
import { onMissingKey } from '../../src/i18n/translate.ts';
import { LOGO_LIMITS } from '../../src/settings/brand.ts';
import { type TestHouse, openTestHouse } from '../support/house.ts';
import { send } from '../support/http.ts';

let house: TestHouse;
beforeAll(async () => {
  onMissingKey((key) => {
    throw new Error(`There is no message ${key}`);
  });
  house = await openTestHouse();
});
afterAll(() => house.close());

const root = join(import.meta.dirname, '../..');
const english: object = JSON.parse(readFileSync(join(root, 'src/i18n/messages/en.json'), 'utf8'));
const views = globSync('**/*.pug', { cwd: join(root, 'views') })
  .filter((file) => !/^(layouts|mixins|mail)\//.test(file))
  .map((file) => file.replace(/\.pug$/, ''));
const look = (path: string, headers = {}) =>
  send(`${house.issuer}${path}`, { headers: { accept: 'text/html', ...headers } });
const files = (html: string) =>
  [...html.matchAll(/(?:href|src)="(\/static\/[^"]+)"/g)].map(([, path = '']) => path);

it('shows every page there is', () => {
  expect(Object.keys(GALLERY).toSorted()).toEqual(views.toSorted());
  expect(Object.values(GALLERY).filter((states) => Object.keys(states).length === 0)).toEqual([]);
});

describe.each(PLACES)('$view, $state', ({ path }) => {
  it.each(Object.entries(LANGUAGES))('is worded whole in %s', async (language, { direction }) => {
    const { status, text } = await look(`${path}/alone?language=${language}`);
    expect(status).toBe(200);
    expect(text).toContain(`<html lang="${language}" dir="${direction}">`);
    expect(text).not.toMatch(/\{\{|undefined|\[object/);
    expect(text).toMatch(/<title>[^<]+ · Gatehouse<\/title>/);
    expect(text.match(/<h1\b/g)).toHaveLength(1);
    expect(text).toContain('<meta name="robots" content="noindex">');
  });

  it('has its main form first, and a button in every form', async () => {
    const { text } = await look(`${path}/alone?language=en`);
    const forms = [...text.matchAll(/<form\b([^>]*)>(.*?)<\/form>/gs)];
    expect(forms.at(-1)?.[1]).toContain('id="language"');
    for (const [, , content] of forms.slice(0, -1)) {
      expect(content).toMatch(/<button\b[^>]* type="submit"/);
    }
  });

  it('weighs less than 30 KB, all told, whatever the mark of the brand', async () => {
    const { text } = await look(`${path}/alone?language=ru`);
    const answers = await Promise.all(files(text).map((file) => look(file)));
    expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
    const bytes = Buffer.byteLength([text, ...answers.map((answer) => answer.text)].join(''));
    expect(bytes + LOGO_LIMITS.bytes).toBeLessThan(30_000);
  });
});

it('says every message on some page', async () => {
  const pages = await Promise.all(PLACES.map(({ path }) => look(`${path}/alone?language=en`)));
  const html = unescaped(pages.map(({ text }) => text).join('\n'));
  const said = `${html.replaceAll(/<[^>]*>/g, '')}\n${html}`;
  const unsaid = Map.groupBy(messages(), ([key]) => key.replace(/_(one|other)$/, ''));
  for (const [key, forms] of unsaid) {
    if (forms.some(([, message]) => shapeOf(message).test(said))) unsaid.delete(key);
  }
  // Mails have a table of their own (/letterbox/templates).
  expect([...unsaid.keys()].filter((key) => !key.startsWith('mail.'))).toEqual([]);
});

it('leads through all states, one after the other', async () => {
  let { path, seen } = { path: PLACES[0]?.path, seen: 0 };
  while (path) {
    const { text, status } = await look(path);
    expect(status).toBe(200);
    seen += 1;
    path = /href="([^"]+)" rel="next"/.exec(text)?.[1]?.replaceAll('&amp;', '&');
  }
  expect(seen).toBe(PLACES.length);
  const index = await look('/gallery');
  expect(PLACES.filter(({ path: one }) => !index.text.includes(`href="${one}"`))).toEqual([]);
});

it('turns a page around for those who write from right to left', async () => {
  const { text } = await look('/gallery/sign-in/sign-in/empty/alone?direction=rtl');
  expect(text).toContain('dir="rtl"');
});

it('lets our own pages alone frame a sample', async () => {
  const { headers } = await look('/gallery/sign-in/sign-in/empty/alone');
  expect(headers.get('x-frame-options')).toBe('SAMEORIGIN');
  expect(headers.get('content-security-policy')).toContain("frame-ancestors 'self'");
});

it('is shown to this machine alone', async () => {
  for (const path of ['/gallery', '/gallery/sign-in/sign-in/empty/alone']) {
    expect((await look(path, { 'x-forwarded-for': '203.0.113.7' })).status).toBe(404);
  }
});

it('knows no other samples', async () => {
  for (const path of ['x/y/z', 'sign-in/sign-in/x', 'sign-in/sign-in/constructor', '__proto__/x/y'])
    expect((await look(`/gallery/${path}/alone`)).status).toBe(404);
});

it('posts nothing anywhere', async () => {
  const { status } = await send(`${house.issuer}/gallery/sign-in/sign-in/empty/alone`, {
    method: 'POST',
    headers: { origin: house.issuer },
  });
  expect(status).toBe(204);
});

function messages(tree: object = english, prefix = ''): [string, string][] {
  return Object.entries(tree).flatMap(([key, value]): [string, string][] =>
    typeof value === 'string'
      ? [[`${prefix}${key}`, value]]
      : messages(Object(value), `${prefix}${key}.`),
  );
}

/** The message with whatever stands in its gaps. */
function shapeOf(message: string): RegExp {
  const parts = message
    .split(/\{\{\w+\}\}/)
    .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(parts.join('[^]{0,200}?'));
}

function unescaped(html: string): string {
  return html.replaceAll(/&(amp|quot|lt|gt|#39);/g, (entity) => ENTITIES[entity] ?? entity);
}

const ENTITIES: Record<string, string> = {
  '&amp;': '&',
  '&quot;': '"',
  '&lt;': '<',
  '&gt;': '>',
  '&#39;': "'",
};
