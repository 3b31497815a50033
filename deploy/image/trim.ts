/**
 * Leaves in node_modules what a running server can reach. Prisma's command line makes the database's client and is not
 * needed again; it brings 128 packages along. Its client brings query compilers for five databases, in two builds.
 */
import { globSync, readFileSync, rmSync } from 'node:fs';

interface Locked {
  dependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  peerDependenciesMeta?: Record<string, { optional?: boolean }>;
}

const ONLY_TO_BUILD = 'prisma';
const USED_COMPILER = 'small_bg.postgresql.wasm-base64.mjs';

const { packages }: { packages: Record<string, Locked> } = JSON.parse(
  readFileSync('package-lock.json', 'utf8'),
);
const roots = Object.keys(packages['']?.dependencies ?? {});
const needed = reachableFrom(roots.filter((name) => name !== ONLY_TO_BUILD));
for (const path of reachableFrom(roots)) {
  if (!needed.has(path)) rmSync(path, { recursive: true, force: true });
}
for (const path of globSync('node_modules/@prisma/client/runtime/query_compiler_*')) {
  if (!path.endsWith(USED_COMPILER)) rmSync(path);
}
for (const path of globSync('node_modules/**/*.{map,d.ts,d.mts,d.cts}')) rmSync(path);

/** As Node.js finds them: beside the one that asks, or further up. */
function reachableFrom(names: string[]): Set<string> {
  const reached = new Set<string>();
  const visit = (from: string, name: string): void => {
    const path = found(from, name);
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

function found(from: string, name: string): string | undefined {
  const path = `${from ? `${from}/` : ''}node_modules/${name}`;
  if (path in packages) return path;
  if (!from) return undefined;
  return found(from.slice(0, Math.max(0, from.lastIndexOf('/node_modules/'))), name);
}
