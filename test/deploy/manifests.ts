import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { root } from './compose-file.ts';

const folder = join(root, 'deploy/kubernetes');

const manifest = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string() }),
});
export type Manifest = z.infer<typeof manifest>;

const kustomization = z.object({
  namespace: z.string(),
  resources: z.array(z.string()),
  images: z.array(z.object({ name: z.string(), newTag: z.string() })),
});
export const kustomized = kustomization.parse(
  parse(readFileSync(join(folder, 'kustomization.yaml'), 'utf8')),
);

export const files = readdirSync(folder).filter((name) => name !== 'kustomization.yaml');

export const manifests: Manifest[] = files.flatMap((file) =>
  parseAllDocuments(readFileSync(join(folder, file), 'utf8'), { uniqueKeys: true }).map(
    (document) => manifest.parse(document.toJS()),
  ),
);

const probe = z.object({ httpGet: z.object({ path: z.string(), port: z.string() }) });

const container = z.looseObject({
  name: z.string(),
  image: z.string(),
  command: z.array(z.string()).optional(),
  args: z.array(z.string()).default([]),
  ports: z.array(z.object({ name: z.string(), containerPort: z.number() })).default([]),
  securityContext: z.unknown(),
  envFrom: z.array(z.object({ configMapRef: z.object({ name: z.string() }) })),
  env: z.undefined().optional(),
  volumeMounts: z.array(z.object({ name: z.string(), mountPath: z.string() }).loose()),
  startupProbe: probe.optional(),
  readinessProbe: probe.optional(),
  livenessProbe: probe.optional(),
  resources: z.object({
    requests: z.object({ cpu: z.string(), memory: z.string() }),
    limits: z.object({ memory: z.string() }),
  }),
});
export type Container = z.infer<typeof container>;

const workload = z.object({
  kind: z.string(),
  metadata: z.object({ name: z.string() }),
  spec: z.looseObject({
    selector: z.object({ matchLabels: z.record(z.string(), z.string()) }).optional(),
    template: z.object({
      metadata: z.looseObject({ labels: z.record(z.string(), z.string()) }),
      spec: z.looseObject({
        serviceAccountName: z.string(),
        automountServiceAccountToken: z.literal(false),
        terminationGracePeriodSeconds: z.number().default(30),
        securityContext: z.unknown(),
        containers: z.tuple([container]),
        volumes: z.array(z.looseObject({ name: z.string() })),
      }),
    }),
  }),
});
export type Workload = z.infer<typeof workload>;

/** What runs pods. */
export const workloads: Workload[] = manifests
  .filter(({ kind }) => kind === 'Deployment' || kind === 'Job')
  .map((one) => workload.parse(one));

export function only(kind: string): Manifest {
  const found = manifests.filter((one) => one.kind === kind);
  if (!found[0] || found.length > 1) throw new Error(`There are ${found.length} of kind ${kind}.`);
  return found[0];
}
