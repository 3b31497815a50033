/**
 * Leaves in node_modules what a running server can reach. Prisma's command line makes the database's client and is not
 * needed again; it brings 128 packages along. Its client brings query compilers for five databases, in two builds, and
 * what they are compiled from, of which ours is a file by now (prisma/generate.js).
 */
import { globSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

interface Locked {
  dependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  peerDependenciesMeta?: Record<string, { optional?: boolean }>;
}
type Packages = Record<string, Locked>;

const ONLY_TO_BUILD = 'prisma';
/** The one that generated/prisma names. */
const USED_COMPILER = /small_bg\.postgresql\.mjs$/;

if (import.meta.main) {
  for (const path of superfluousIn('.')) rmSync(path, { recursive: true, force: true });
}

/** Packages and files under that root, by their paths in it. */
export function superfluousIn(root: string): string[] {
  const lock: { packages: Packages } = JSON.parse(
    readFileSync(join(root, 'package-lock.json'), 'utf8'),
  );
  const { packages } = lock;
  const roots = Object.keys(packages['']?.dependencies ?? {});
  const needed = reachableFrom(
    roots.filter((name) => name !== ONLY_TO_BUILD),
    packages,
  );
  const compilers = globSync('node_modules/@prisma/client/runtime/query_compiler_*', { cwd: root });
  return [
    ...[...reachableFrom(roots, packages)].filter((path) => !needed.has(path)),
    ...compilers.filter((path) => !USED_COMPILER.test(path)),
    ...globSync('node_modules/**/*.{map,d.ts,d.mts,d.cts}', { cwd: root }),
  ];
}

function reachableFrom(names: string[], packages: Packages): Set<string> {
  const reached = new Set<string>();
  const visit = (from: string, name: string): void => {
    const path = found(from, name, packages);
    if (path === undefined || reached.has(path)) return;
    reached.add(path);
    for (const next of wantedBy(packages[path] ?? {})) visit(path, next);
  };
  for (const name of names) visit('', name);
  return reached;
}

function wantedBy({ dependencies, peerDependencies, peerDependenciesMeta }: Locked): string[] {
  const peers = Object.keys(peerDependencies ?? {});
  return [
    ...Object.keys(dependencies ?? {}),
    ...peers.filter((name) => peerDependenciesMeta?.[name]?.optional !== true),
  ];
}

/** As Node.js looks for it: beside the one that asks, or further up. */
function found(from: string, name: string, packages: Packages): string | undefined {
  const path = `${from ? `${from}/` : ''}node_modules/${name}`;
  if (path in packages) return path;
  if (!from) return undefined;
  return found(from.slice(0, Math.max(0, from.lastIndexOf('/node_modules/'))), name, packages);
}
