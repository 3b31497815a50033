import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');
const git = (...args: string[]) => execFileSync('git', args, { cwd: root, encoding: 'utf8' });

const PRIVATE = [
  'data/postgres/PG_VERSION',
  '.env',
  'generated/prisma/client.ts',
  'signing.pem',
  'tls.key',
];

it.each(PRIVATE)('git keeps out %s', (path) => {
  expect(spawnSync('git', ['check-ignore', '-q', path], { cwd: root }).status).toBe(0);
});

it('an image keeps out the same', () => {
  const lines = readFileSync(join(root, '.dockerignore'), 'utf8').split('\n');
  for (const line of readFileSync(join(root, '.gitignore'), 'utf8').split('\n')) {
    expect(lines).toContain(line);
  }
});

it('nothing private is in the repository', () => {
  const texts = git('ls-files')
    .split('\n')
    .filter((file) => /\.(pem|key|env)$/.test(file));
  expect(texts).toEqual([]);
});

interface LockedPackage {
  optionalDependencies?: Record<string, string>;
  resolved?: string;
  integrity?: string;
  link?: boolean;
}

describe('package-lock.json', () => {
  const lock: { packages: Record<string, LockedPackage> } = JSON.parse(
    readFileSync(join(root, 'package-lock.json'), 'utf8'),
  );
  const packages = Object.entries(lock.packages);

  it('has no optional dependency that is missing: npm ci would fail', () => {
    const holes = packages.flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter((name) => !isLocked(path, name)),
    );
    expect(holes).toEqual([]);
  });

  it('holds hashes, and no address to download from', () => {
    expect(packages.filter(([, { resolved }]) => resolved)).toEqual([]);
    expect(
      packages.filter(([path, { integrity }]) => path && !integrity).map(([path]) => path),
    ).toEqual([]);
  });

  function isLocked(from: string, name: string): boolean {
    const here = `${from ? `${from}/` : ''}node_modules/${name}`;
    if (here in lock.packages) return true;
    if (!from) return false;
    const parent = from.lastIndexOf('/node_modules/');
    return isLocked(parent < 0 ? '' : from.slice(0, parent), name);
  }
});

describe('package.json', () => {
  const manifest: Record<string, Record<string, string>> = JSON.parse(
    readFileSync(join(root, 'package.json'), 'utf8'),
  );

  it('pins every dependency, oidc-provider within its patch releases', () => {
    const loose = ['dependencies', 'devDependencies', 'optionalDependencies']
      .flatMap((kind) => Object.entries(manifest[kind] ?? {}))
      .filter(
        ([name, version]) =>
          !(name === 'oidc-provider' ? /^~[\d.]+$/ : /^[\d.]+(-[\w.]+)?$/).test(version),
      );
    expect(loose).toEqual([]);
  });
});
