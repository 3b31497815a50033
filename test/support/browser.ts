import { type Answer, type Asked, send } from './http.ts';

/** A page where the browser stands, or the address outside our house where it was sent. */
export interface Page extends Answer {
  url: string;
  /** Set when a redirect led away: to an application. Nothing was asked there. */
  leftFor?: URL;
}

export interface Browser {
  /** Follows redirects as long as they stay in the house. */
  visit(target: string, asked?: Asked): Promise<Page>;
  /**
   * Posts a form of the page (the first, unless told otherwise) with what it holds and what is typed,
   * as a person would: an undefined field is left out.
   */
  submit(page: Page, typed?: Record<string, string | undefined>, which?: FormChoice): Promise<Page>;
  /** Cookies as they would be sent to that path. */
  cookies(path?: string): Map<string, string>;
  setCookie(name: string, value: string, path?: string): void;
}

export interface FormChoice {
  /** A part of the form's action, where it is not the first form that is meant. */
  action?: string;
  /** The named button that is pressed. */
  button?: { name: string; value: string };
}

export interface BrowserOptions {
  language?: string;
  /** How its requests go out. */
  send?: typeof send;
}

/** A browser as small as can be: cookies with paths, redirects, forms. No scripts. */
export function openBrowser(issuer: string, options: BrowserOptions = {}): Browser {
  const jar: Cookie[] = [];
  const transport = options.send ?? send;
  const base = { accept: 'text/html', 'accept-language': options.language ?? 'en' };

  async function ask(target: string, asked: Asked): Promise<Page> {
    const url = new URL(target, issuer);
    const cookie = jar
      .filter(({ path }) => covers(path, url.pathname))
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ');
    const headers = { ...base, ...(cookie && { cookie }), ...asked.headers };
    const answer = await transport(url.href, { ...asked, headers });
    for (const line of answer.headers.getSetCookie()) keep(jar, line, url);
    return { ...answer, url: url.href };
  }

  async function visit(target: string, asked: Asked = {}): Promise<Page> {
    let page = await ask(target, asked);
    for (let hops = 0; hops < 20 && page.headers.has('location'); hops += 1) {
      const next = new URL(page.headers.get('location') ?? '', page.url);
      const inside = next.origin === issuer && !next.pathname.startsWith('/cb');
      if (!inside) return { ...page, leftFor: next };
      page = await ask(next.href, {});
    }
    return page;
  }

  return {
    visit,
    submit(page, typed = {}, which = {}) {
      const { action, fields } = readForm(page.text, which);
      if (which.button) fields.set(which.button.name, which.button.value);
      for (const [name, value] of Object.entries(typed)) {
        if (value === undefined) fields.delete(name);
        else fields.set(name, value);
      }
      const headers = { origin: issuer, 'sec-fetch-site': 'same-origin' };
      return visit(new URL(action, page.url).href, { body: fields, headers });
    },
    cookies: (path = '/') =>
      new Map(jar.filter((one) => covers(one.path, path)).map(({ name, value }) => [name, value])),
    setCookie(name, value, path = '/') {
      keep(jar, `${name}=${value}; path=${path}`, new URL(issuer));
    },
  };
}

interface Cookie {
  name: string;
  value: string;
  path: string;
}

function keep(jar: Cookie[], line: string, from: URL): void {
  const [pair = '', ...attributes] = line.split(/;\s*/);
  const [name = '', ...rest] = pair.split('=');
  const attribute = (wanted: string) =>
    attributes.find((one) => one.toLowerCase().startsWith(`${wanted}=`))?.slice(wanted.length + 1);
  const path = attribute('path') ?? from.pathname.replace(/\/[^/]*$/, '') ?? '/';
  const index = jar.findIndex((cookie) => cookie.name === name && cookie.path === path);
  if (index >= 0) jar.splice(index, 1);
  const over = attribute('max-age') === '0' || Date.parse(attribute('expires') ?? '') <= Date.now();
  if (!over) jar.push({ name, value: rest.join('='), path: path || '/' });
}

/** RFC 6265, 5.1.4. */
function covers(cookiePath: string, path: string): boolean {
  return path === cookiePath || path.startsWith(cookiePath.replace(/\/?$/, '/'));
}

function readForm(html: string, { action: wanted = '' }: FormChoice) {
  const forms = [...html.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/g)].map(
    ([, head = '', content = '']) => ({ action: valueOf(head, 'action'), content }),
  );
  const form = forms.find(({ action }) => action.includes(wanted));
  if (!form) throw new Error(`There is no form ${wanted} in:\n${html.slice(0, 2000)}`);
  const fields = new URLSearchParams();
  for (const [input] of form.content.matchAll(/<input\b[^>]*>/g)) {
    if (isSent(input)) fields.set(valueOf(input, 'name'), valueOf(input, 'value'));
  }
  return { action: form.action, fields };
}

function isSent(input: string): boolean {
  const type = valueOf(input, 'type');
  const button = type === 'submit' || type === 'button';
  const unchecked = /^(checkbox|radio)$/.test(type) && !/\bchecked\b/.test(input);
  return valueOf(input, 'name') !== '' && !button && !unchecked && !/\bdisabled\b/.test(input);
}

function valueOf(tag: string, name: string): string {
  const value = new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1] ?? '';
  return value.replace(/&(amp|quot|lt|gt|#39);/g, (entity) => ENTITIES[entity] ?? entity);
}

const ENTITIES: Record<string, string> = {
  '&amp;': '&',
  '&quot;': '"',
  '&lt;': '<',
  '&gt;': '>',
  '&#39;': "'",
};
