import { z } from 'zod';
import { type Vault, VaultAway, VaultFault, VaultRefused } from './vault.ts';

/** What Vault tells of us, and of the key that is to sign. */
export interface VaultFacts {
  policies: string[] | undefined;
  ms: number;
  /** Undefined where keys are local, and Vault only keeps settings. */
  transit: TransitFacts | undefined;
}

export interface TransitFacts {
  /** mount/name */
  path: string;
  /** Undefined where there is no such key, or it may not be read. */
  key: { type: string; leaves: boolean; versions: number } | undefined;
  /** What the policies allow us; undefined where Vault does not say. */
  may: Record<TransitAct, boolean> | undefined;
}

/** Those that signing needs, and those that nobody needs here. */
export type TransitAct =
  'read' | 'make' | 'rotate' | 'sign' | 'export' | 'back up' | 'configure' | 'delete';

export type VaultAnswered = VaultFacts | { away: 'unreachable' | 'refused'; why: string };

/** All that the doctor wants to know of Vault. Changes nothing, and signs nothing. */
export async function examineVault(
  vault: Vault,
  transit: { mount: string; key: string } | undefined,
): Promise<VaultAnswered> {
  const began = performance.now();
  try {
    const seen = await vault.look();
    const ms = Math.round(performance.now() - began);
    return {
      policies: seen?.policies,
      ms,
      transit: transit && (await examineTransit(vault, transit)),
    };
  } catch (error) {
    return whyAway(error);
  }
}

export function whyAway(error: unknown): { away: 'unreachable' | 'refused'; why: string } {
  const known =
    error instanceof VaultRefused || error instanceof VaultAway || error instanceof VaultFault;
  if (!known) throw error;
  return { away: error instanceof VaultRefused ? 'refused' : 'unreachable', why: error.message };
}

async function examineTransit(
  vault: Vault,
  { mount, key }: { mount: string; key: string },
): Promise<TransitFacts> {
  const keyPath = `${mount}/keys/${key}`;
  const acts: Record<TransitAct, [path: string, capability: string]> = {
    read: [keyPath, 'read'],
    make: [keyPath, 'update'],
    rotate: [`${keyPath}/rotate`, 'update'],
    sign: [`${mount}/sign/${key}`, 'update'],
    export: [`${mount}/export/signing-key/${key}`, 'read'],
    'back up': [`${mount}/backup/${key}`, 'read'],
    configure: [`${keyPath}/config`, 'update'],
    delete: [keyPath, 'delete'],
  };
  return {
    path: `${mount}/${key}`,
    key: await readKey(vault, keyPath),
    may: await allowed(vault, acts),
  };
}

const keyAnswer = z.object({
  data: z.object({
    type: z.string(),
    latest_version: z.number(),
    exportable: z.boolean().default(false),
    allow_plaintext_backup: z.boolean().default(false),
  }),
});

async function readKey(vault: Vault, path: string): Promise<TransitFacts['key']> {
  const answer = await vault.ask({ method: 'GET', path }).catch((error: unknown) => {
    if (error instanceof VaultRefused) return undefined;
    if (error instanceof VaultFault && error.status === 404) return undefined;
    throw error;
  });
  const key = keyAnswer.safeParse(answer).data?.data;
  return (
    key && {
      type: key.type,
      leaves: key.exportable || key.allow_plaintext_backup,
      versions: key.latest_version,
    }
  );
}

const capabilities = z.object({ data: z.record(z.string(), z.array(z.string())) });

/** https://openbao.org/api-docs/system/capabilities-self: every token with the default policy may ask. */
async function allowed(
  vault: Vault,
  acts: Record<TransitAct, [path: string, capability: string]>,
): Promise<TransitFacts['may']> {
  const paths = [...new Set(Object.values(acts).map(([path]) => path))];
  const asked = { method: 'POST', path: 'sys/capabilities-self', body: { paths } } as const;
  const answer = await vault.ask(asked).catch((error: unknown) => {
    if (error instanceof VaultRefused || error instanceof VaultFault) return undefined;
    throw error;
  });
  const held = capabilities.safeParse(answer).data?.data;
  if (!held) return undefined;
  const may = (act: TransitAct) => {
    const [path, capability] = acts[act];
    return ['root', 'sudo', capability].some((one) => held[path]?.includes(one));
  };
  return {
    read: may('read'),
    make: may('make'),
    rotate: may('rotate'),
    sign: may('sign'),
    export: may('export'),
    'back up': may('back up'),
    configure: may('configure'),
    delete: may('delete'),
  };
}
