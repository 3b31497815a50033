import { createServer } from 'node:http';
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  type Page,
  chromium,
} from 'playwright-core';
import { CHROMIUM } from '../support/chromium.ts';
import { freePort } from '../support/http.ts';

const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export function launch(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, args: ARGUMENTS });
}

export interface Visit {
  context: BrowserContext;
  page: Page;
  /** What Chromium complained of: refused scripts and styles, failed requests. */
  complaints: string[];
}

/** Somebody else with every call. They leave when the test is over. */
export type Open = (options?: BrowserContextOptions) => Promise<Visit>;

/** The same for each Chromium that is there: for one, or for none. */
export function inChromium(tests: (open: Open) => void): void {
  for (const path of CHROMIUM) {
    describe('in Chromium', () => {
      let browser: Browser;
      beforeAll(async () => {
        browser = await launch(path);
      });
      afterEach(() => Promise.all(browser.contexts().map((context) => context.close())));
      afterAll(() => browser.close());
      tests((options) => visit(browser, options));
    });
  }
}

export async function visit(browser: Browser, options: BrowserContextOptions = {}): Promise<Visit> {
  const context = await browser.newContext({ locale: 'en', ...options });
  const complaints: string[] = [];
  context.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  return { context, page: await context.newPage(), complaints };
}

export const heading = (page: Page, name: string) => page.getByRole('heading', { name }).waitFor();
export const press = (page: Page, name: string) => page.getByRole('button', { name }).click();

/** With the keyboard, into the field that the page puts the focus on: it does so a moment after it has come. */
export async function typeFirst(page: Page, text: string): Promise<void> {
  await focused(page);
  await page.keyboard.type(text);
}

export const focused = (page: Page) =>
  page.waitForFunction('document.activeElement.tagName === "INPUT"');

/** Where the browser is sent back to: an application that says one word. */
export async function applicationPage(): Promise<{ redirectUri: string; close(): Promise<void> }> {
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html').end('<!doctype html><title>Back</title>back');
  });
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    redirectUri: `http://127.0.0.1:${port}/back`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
