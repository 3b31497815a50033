import { setTimeout as pause } from 'node:timers/promises';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openBrowser } from '../support/browser.ts';
import { databaseUrl } from '../support/database-url.ts';
import { freshDatabase } from '../support/database.ts';
import { freePort } from '../support/http.ts';
import { spawnServer } from '../support/server-process.ts';

it('a server that dies in the middle of a sign-up loses neither the code nor the way back', async () => {
  const database = await freshDatabase('empty');
  const dataDir = mkdtempSync(join(tmpdir(), 'gatehouse-restart-'));
  const port = await freePort();
  const start = async () => {
    const env = { DATABASE_URL: databaseUrl(database.config) };
    const server = await spawnServer({ port, dataDir, env });
    await server.ready();
    return server;
  };
  const first = await start();
  const browser = openBrowser(first.issuer);
  const email = 'ada@example.com';
  const letter = async (): Promise<string> => {
    for (;;) {
      const list = await browser.visit('/letterbox.json');
      const code = /"subject":"(\d{6})/.exec(list.text)?.[1];
      if (code) return code;
      await pause(50);
    }
  };

  let page = await browser.submit(await browser.visit('/demo'));
  page = await browser.submit(page, { instead: 'sign-up' });
  page = await browser.submit(page, { email });
  const code = await letter();
  await first.stop('SIGKILL');
  const second = await start();
  page = await browser.submit(page, { code });
  expect(page.url).toMatch(/\/sign-up\/details$/);
  await second.stop('SIGTERM');
  const third = await start();
  page = await browser.submit(page, { new_password: 'seven quiet herons' });
  page = await browser.submit(page);
  expect(page.text).toContain('every check passed');
  await third.stop('SIGTERM');
  await database.close();
  rmSync(dataDir, { recursive: true, force: true });
}, 240_000);
