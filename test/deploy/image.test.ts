import { once } from 'node:events';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Koa from 'koa';
import { superfluousIn } from '../../deploy/image/trim.ts';
import { healthRoutes } from '../../src/health/health.ts';
import { send } from '../support/http.ts';
import { readCompose, root } from './compose-file.ts';

const read = (path: string) => readFileSync(join(root, path), 'utf8');
/** One instruction a line. */
const lines = read('Dockerfile')
  .replaceAll(/^#.*\n/gm, '')
  .replaceAll(/\\\n\s*/g, '')
  .split('\n')
  .filter(Boolean);
const all = (instruction: string) =>
  lines
    .filter((line) => line.startsWith(`${instruction} `))
    .map((line) => line.slice(instruction.length + 1));
const last = (instruction: string) => all(instruction).at(-1) ?? '';

const manifest: { version: string } = JSON.parse(read('package.json'));

it('is made of one version of Node.js 24, the slim one', () => {
  expect(all('ARG')[0]).toMatch(/^NODE=24\.\d+\.\d+-[a-z]+-slim$/);
  expect(all('FROM')).toEqual(['node:${NODE} AS build', 'node:${NODE}']);
});

it('holds no embedded database and no second Node.js, unless it is asked for', () => {
  expect(all('ARG')).toContain('EMBEDDED=no');
  expect(all('RUN')[0]).toContain('else npm ci --omit=dev --omit=optional; fi');
});

it('keeps what the database client is made of, and not what made it', () => {
  const gone = new Set(superfluousIn(root));
  expect(gone).toContain('node_modules/prisma');
  const named = read('generated/prisma/internal/class.ts').matchAll(/"(@prisma\/client\/[^"]+)"/g);
  const used = [...named].map(([, path = '']) => `node_modules/${path}`);
  expect(used.filter((path) => path.includes('query_compiler'))).toHaveLength(1);
  expect(used.filter((path) => gone.has(path))).toEqual([]);
  const { dependencies }: { dependencies: Record<string, string> } = JSON.parse(
    read('package.json'),
  );
  const lost = Object.keys(dependencies).filter((name) => gone.has(`node_modules/${name}`));
  expect(lost).toEqual(['prisma']);
});

it('has every package that a module of src imports', () => {
  const { dependencies }: { dependencies: Record<string, string> } = JSON.parse(
    read('package.json'),
  );
  const imported = globSync('src/**/*.ts', { cwd: root }).flatMap((file) =>
    [...read(file).matchAll(/^import (?!type ).*? ?'([^'.][^']*)';$/gm)].map(([, path = '']) =>
      path.startsWith('@') ? path.split('/').slice(0, 2).join('/') : (path.split('/')[0] ?? ''),
    ),
  );
  const packages = new Set(imported.filter((name) => !name.startsWith('node:')));
  expect([...packages].filter((name) => !(name in dependencies))).toEqual([]);
  expect(packages.size).toBeGreaterThan(10);
});

it('runs as nobody special, on what is there', () => {
  expect(last('USER')).toBe('1000:1000');
  expect(last('ENV')).toContain('NODE_ENV=production');
  const [node, script]: string[] = JSON.parse(last('ENTRYPOINT'));
  expect([node, existsSync(join(root, script ?? ''))]).toEqual(['node', true]);
});

it('takes in what is there, and nothing that it would have to throw away', () => {
  const ignored = read('.dockerignore').split('\n');
  for (const copied of all('COPY').filter((words) => !words.startsWith('--from'))) {
    for (const path of copied.split(' ').slice(0, -1)) {
      expect([path, existsSync(join(root, path)), ignored.includes(path)]).toEqual([
        path,
        true,
        false,
      ]);
    }
  }
});

it('is called by the version of Gatehouse', () => {
  const { services } = readCompose();
  const ours = Object.values(services).filter(({ build }) => build !== undefined);
  for (const { image } of ours) expect(image).toBe(`gatehouse:${manifest.version}`);
});

it.each(['Dockerfile', 'deploy/compose/Caddyfile'])(
  '%s asks for health where it is told',
  async (path) => {
    const asked = [...read(path).matchAll(/\/health\/\w+/g)].map(([found]) => found);
    expect(asked).toEqual(['/health/ready']);
    const app = new Koa().use(healthRoutes({ isReady: async () => false }));
    const server = app.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = Object(server.address());
    const answer = await send(`http://127.0.0.1:${port}${asked[0]}`);
    server.close();
    expect(answer.status).toBe(503);
  },
);

it('Caddy knows the replicas and the port that Compose gives it', () => {
  const caddy = readCompose({ SITE_NAME: 'id.example.com' }).services['caddy'];
  expect(caddy?.environment).toEqual({
    SITE_NAME: 'id.example.com',
    REPLICAS: 'web-1:3000 web-2:3000',
  });
  const caddyfile = read('deploy/compose/Caddyfile');
  expect(caddyfile).toContain('{$REPLICAS:web-1:3000 web-2:3000}');
  expect(caddyfile).toContain('https_port 8443');
  expect(caddy?.ports[0]?.split(':')[1]).toBe('8443');
});
