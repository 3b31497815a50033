import { z } from 'zod';
import type { SecretRead } from '../settings/draft.ts';
import { type Vault, VaultFault, VaultRefused } from './vault.ts';

/** The KV engine that keeps a path. */
interface Engine {
  /** Ends with a slash. */
  mount: string;
  version: 1 | 2;
}

/** What stands at that path of a KV engine, of either version; or why nothing can be had, and what to do. Throws while Vault is away. */
export async function readSecret(vault: Pick<Vault, 'ask'>, path: string): Promise<SecretRead> {
  const engine = await engineOf(vault, path);
  if ('fault' in engine) return engine;
  const place = placeIn(engine, path);
  try {
    const answer = await vault.ask({ method: 'GET', path: encoded(place) });
    const fields = engine.version === 2 ? second.safeParse(answer) : first.safeParse(answer);
    return fields.success ? { fields: fields.data } : { fault: rubbish(path) };
  } catch (error) {
    return { fault: whyNot(error, path, engine) };
  }
}

const field = z.record(z.string(), z.unknown());
const first = z.object({ data: field }).transform(({ data }) => data);
const second = z.object({ data: z.object({ data: field }) }).transform(({ data }) => data.data);

/** Vault's own command line asks the same before it reads: whoever may do anything below a mount may know its version. */
async function engineOf(
  vault: Pick<Vault, 'ask'>,
  path: string,
): Promise<Engine | { fault: string }> {
  try {
    const answer = await vault.ask({
      method: 'GET',
      path: `sys/internal/ui/mounts/${encoded(path)}`,
    });
    const { success, data } = mountAnswer.safeParse(answer);
    if (!success) return { fault: rubbish(path) };
    const { path: mount, type, options } = data.data;
    if (type !== 'kv' && type !== 'generic') {
      return {
        fault: `${mount} in Vault is no KV engine but ${type}; name a path in a KV engine.`,
      };
    }
    return { mount, version: options?.version === '2' ? 2 : 1 };
  } catch (error) {
    if (error instanceof VaultRefused) return { fault: neither(path) };
    if (error instanceof VaultFault) return { fault: error.message };
    throw error;
  }
}

const mountAnswer = z.object({
  data: z.object({
    path: z.string().regex(/\/$/),
    type: z.string(),
    options: z.object({ version: z.string().optional() }).nullish(),
  }),
});

/** Vault tells strangers to a mount as little as if it did not exist. */
function neither(path: string): string {
  const [mount = '', ...rest] = path.split('/');
  const needed = rule(`${mount}/data/${rest.join('/')}`);
  return `there is no engine at ${mount}/ in Vault, or this token may read nothing there; its policy needs: ${needed} (without data/ for KV version 1).`;
}

function whyNot(error: unknown, path: string, engine: Engine): string {
  const meant = withoutData(path, engine);
  if (error instanceof VaultRefused && meant) {
    return `this token may not read ${path} in Vault; leave data/ out: ${meant}.`;
  }
  if (error instanceof VaultRefused) {
    return `this token may not read ${path} in Vault; its policy needs: ${rule(placeIn(engine, path))}.`;
  }
  if (!(error instanceof VaultFault)) throw error;
  if (error.status !== 404) return error.message;
  return isDeleted(error.body)
    ? `the newest version of ${path} in Vault is deleted; undelete it, or write another.`
    : missing(path, engine);
}

/** The interface of version 2 has it, references do not. */
function withoutData(path: string, { mount, version }: Engine): string | undefined {
  const start = `${mount}data/`;
  return version === 2 && path.startsWith(start) ? mount + path.slice(start.length) : undefined;
}

function missing(path: string, engine: Engine): string {
  const meant = withoutData(path, engine);
  const mount = engine.mount.slice(0, -1);
  const within = path.slice(engine.mount.length);
  return meant
    ? `there is nothing at ${path} in Vault; leave data/ out: ${meant}.`
    : `there is nothing at ${path} in Vault; write it with: vault kv put -mount=${mount} ${within} <field>=...`;
}

function isDeleted(body: unknown): boolean {
  return deleted.safeParse(body).success;
}

const deleted = z.object({ data: z.object({ metadata: z.object({ version: z.number() }) }) });

function placeIn({ mount, version }: Engine, path: string): string {
  return version === 2 ? `${mount}data/${path.slice(mount.length)}` : path;
}

const rule = (place: string) => `path "${place}" { capabilities = ["read"] }`;

const rubbish = (path: string) =>
  `what VAULT_ADDR answers for ${path} is not what Vault would say; correct VAULT_ADDR.`;

const encoded = (path: string) => path.split('/').map(encodeURIComponent).join('/');
