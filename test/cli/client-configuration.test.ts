import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gatehouse } from '../support/command-line.ts';
import { type TestHouse, openTestHouse } from '../support/house.ts';
import { AS_HERE } from '../support/program.ts';
import { send } from '../support/http.ts';

const ROOT = join(import.meta.dirname, '../..');
let test: TestHouse;
let env: NodeJS.ProcessEnv;
beforeAll(async () => {
  test = await openTestHouse();
  const { ISSUER, DATABASE_URL, DATA_DIR, GATEHOUSE_SECRET = [] } = test.settings;
  env = { ISSUER, DATABASE_URL, DATA_DIR, GATEHOUSE_SECRET: GATEHOUSE_SECRET.join(',') };
});
afterAll(() => test.close());

/** What `client create` prints, taken at its word: settings into the environment, code into Node. */
async function pasted(args: string[], end: string): Promise<string> {
  const { out, err } = await gatehouse(['client', 'create', ...args], { env });
  expect(err).toBe('');
  const settings = [...out.matchAll(/^([A-Z_]+)=(\S+)$/gm)].map(([, name, value]) => [name, value]);
  const code = out.slice(out.indexOf('import ')).split('// Back at', 1)[0] ?? '';
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '-e', `${code}\n${end}`],
    { cwd: ROOT, env: { ...AS_HERE, ...Object.fromEntries(settings) } },
  );
  return stdout.trim();
}

it('gives a service what it needs for its first token', async () => {
  await test.house.apis.create({
    audience: 'https://api.example/',
    name: 'Notes',
    scopes: [{ name: 'read', descriptions: { en: 'Read your notes' } }],
    introspectedBy: [],
  });
  const api = ['--api', 'https://api.example/ read'];
  const token = await pasted(
    ['--name', 'Nightly export', '--service', ...api],
    'console.log(own.access_token);',
  );
  const [, claims = ''] = token.split('.');
  expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toMatchObject({
    iss: test.issuer,
    aud: 'https://api.example/',
    scope: 'read',
  });
});

it.each([['--spa'], ['--auth', 'client_secret_post'], ['--native']])(
  'gives an application (%s) what it needs to send people here',
  async (...options) => {
    const redirect = ['--redirect-uri', 'http://127.0.0.1:9000/callback'];
    const url = await pasted(
      ['--name', 'Atlas', ...redirect, ...options],
      'console.log(url.href);',
    );
    const { status, headers } = await send(url);
    expect(status).toBe(303);
    expect(headers.get('location')).toMatch(/\/interaction\//);
  },
);

it('shows the derived secret of the demo service, which works', async () => {
  const shown = await gatehouse(['client', 'show', 'demo-service', '--json'], { env });
  const { client_id: id, client_secret: secret } = JSON.parse(shown.out);
  const answer = await send(`${test.issuer}/token`, {
    headers: { Authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  });
  expect(answer.status).toBe(200);
  expect((await gatehouse(['client', 'show', 'demo-service'], { env })).out).toContain(secret);
});
