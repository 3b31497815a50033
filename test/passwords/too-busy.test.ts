import type { Server } from 'node:http';
import Koa from 'koa';
import { errorPages } from '../../src/http/error-pages.ts';
import { plainErrorPage } from '../../src/http/plain-error-page.ts';
import { openLogger } from '../../src/logging/logger.ts';
import { TooBusy } from '../../src/passwords/hasher.ts';
import { freePort } from '../support/http.ts';

let server: Server;
let port: number;
beforeAll(async () => {
  const app = new Koa();
  port = await freePort();
  app.use((ctx, next) => {
    ctx.state['log'] = openLogger({ level: 'silent', to: process.stderr });
    ctx.state['requestId'] = 'a-request';
    return next();
  });
  app.use(errorPages(plainErrorPage));
  app.use(() => {
    throw new TooBusy(3);
  });
  await new Promise<void>((resolve) => {
    server = app.listen(port, '127.0.0.1', resolve);
  });
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

it.each(['text/html', 'application/json'])(
  'more passwords than can be checked soon answer 503 and when to come back, as %s',
  async (accept) => {
    const answer = await fetch(`http://127.0.0.1:${port}/token`, { headers: { accept } });
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('3');
    expect(answer.headers.get('content-type')).toContain(accept);
  },
);
