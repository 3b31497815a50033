import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

export const root = join(import.meta.dirname, '../..');

const dependsOn = z.record(
  z.string(),
  z.strictObject({
    condition: z.enum(['service_completed_successfully', 'service_healthy', 'service_started']),
  }),
);

const service = z.strictObject({
  image: z.string(),
  build: z.string().optional(),
  command: z.array(z.string()).optional(),
  entrypoint: z.array(z.string()).optional(),
  user: z.string().optional(),
  restart: z.string(),
  read_only: z.boolean().optional(),
  tmpfs: z.array(z.string()).default([]),
  cap_drop: z.array(z.string()).default([]),
  cap_add: z.array(z.string()).default([]),
  security_opt: z.array(z.string()).default([]),
  networks: z.array(z.string()).default([]),
  network_mode: z.string().optional(),
  ports: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  environment: z.record(z.string(), z.string()).default({}),
  healthcheck: z.looseObject({ disable: z.boolean().optional() }).optional(),
  stop_grace_period: z.string().optional(),
  depends_on: dependsOn.default({}),
});

const network = z.strictObject({
  internal: z.boolean().default(false),
  ipam: z
    .strictObject({ config: z.array(z.strictObject({ subnet: z.string() })).length(1) })
    .optional(),
});

const composeFile = z.object({
  name: z.string(),
  services: z.record(z.string(), service),
  networks: z.record(z.string(), network),
  volumes: z.record(z.string(), z.null()),
});

export type ComposeService = z.infer<typeof service>;
export type ComposeFile = z.infer<typeof composeFile>;

/** docker-compose.yml as `docker compose` reads it in that environment: anchors, merges and variables resolved. */
export function readCompose(env: Record<string, string> = {}): ComposeFile {
  const text = readFileSync(join(root, 'docker-compose.yml'), 'utf8');
  return composeFile.parse(parse(interpolated(text, env), { merge: true }));
}

/** The forms that are used: ${NAME}, ${NAME:-default} and ${NAME:+replacement}, one within another. */
function interpolated(text: string, env: Record<string, string>): string {
  const innermost = /\$\{(\w+)(?::([-+])([^${}]*))?\}/g;
  const once = text.replace(innermost, (_, name: string, sign = '', word = '') => {
    const value = env[name] ?? '';
    if (sign === '+') return value && word;
    return value || word;
  });
  return once === text ? text : interpolated(once, env);
}
