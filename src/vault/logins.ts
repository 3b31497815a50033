import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { Control } from './control.ts';
import { VaultFault, type VaultLogin, VaultRefused } from './vault.ts';

/** A token and what is known of its life. */
export interface Lease {
  token: string;
  /** How long it lives from now; undefined: for ever, or nobody says. */
  seconds: number | undefined;
  renewable: boolean;
}

/** One way of getting a token. */
export interface Login {
  obtain: () => Promise<Lease>;
  /** Another one than that, where there can be any. */
  instead: (token: string) => Promise<Lease | undefined>;
  /** The token as it stands outside, where somebody else keeps it fresh. */
  glance?: () => Promise<string | undefined>;
}

export function loginBy(login: VaultLogin, control: Control): Login {
  if (login.by === 'approle') return byAppRole(login, control);
  if (login.by === 'token-file') return byTokenFile(login.path, control);
  return {
    obtain: () => lookedUp(login.token, control),
    instead: async () => undefined,
  };
}

function byTokenFile(path: string, control: Control): Login {
  /** A file that is just being written, or gone for a moment, says nothing. */
  const glance = async () => {
    const text = await readFile(path, 'utf8').catch(() => '');
    return text.trim() || undefined;
  };
  return {
    glance,
    async obtain() {
      const token = await glance();
      if (!token) throw new VaultRefused(`VAULT_TOKEN_FILE: ${path} holds no token.`);
      return lookedUp(token, control);
    },
    async instead(token) {
      const other = await glance();
      return other && other !== token ? lookedUp(other, control) : undefined;
    },
  };
}

function byAppRole(
  { roleId, secretId }: Extract<VaultLogin, { by: 'approle' }>,
  control: Control,
): Login {
  const obtain = async () => {
    const body = { role_id: roleId, secret_id: await secretIn(secretId) };
    const path = 'auth/approle/login';
    const answer = await control({ method: 'POST', path, body }).catch((error: unknown) => {
      throw error instanceof VaultFault && error.status === 400 ? refusedRole(error) : error;
    });
    return leaseIn(answer, path);
  };
  return { obtain, instead: obtain };
}

async function secretIn(secretId: string | { path: string }): Promise<string> {
  if (typeof secretId === 'string') return secretId;
  const text = await readFile(secretId.path, 'utf8').catch(() => '');
  if (text.trim()) return text.trim();
  throw new VaultRefused(`VAULT_SECRET_ID_FILE: ${secretId.path} holds no secret id.`);
}

const refusedRole = ({ message }: Error) =>
  new VaultRefused(
    `VAULT_ROLE_ID and VAULT_SECRET_ID open nothing: make a new secret id (vault write -f auth/approle/role/<role>/secret-id). ${message}`,
  );

const authAnswer = z.object({
  auth: z.object({
    client_token: z.string().min(1),
    lease_duration: z.number(),
    renewable: z.boolean(),
  }),
});

/** What a login and a renewal answer. */
export function leaseIn(answer: unknown, path: string): Lease {
  const { success, data } = authAnswer.safeParse(answer);
  if (!success) throw new VaultFault(`Vault answers ${path} without a token.`, { status: 0 });
  const { client_token: token, lease_duration: seconds, renewable } = data.auth;
  return { token, seconds: seconds > 0 ? seconds : undefined, renewable };
}

const lookupAnswer = z.object({
  data: z.object({ ttl: z.number(), renewable: z.boolean(), policies: z.array(z.string()) }),
});

export const LOOK = { method: 'GET', path: 'auth/token/lookup-self' } as const;

/** What a token may see of itself. */
export function lookIn(answer: unknown) {
  if (answer === undefined) return undefined;
  const { success, data } = lookupAnswer.safeParse(answer);
  if (!success) throw new VaultFault(`Vault answers ${LOOK.path} with nonsense.`, { status: 0 });
  return data.data;
}

/** A token without the default policy may not even look at itself: then nobody knows how long it lives. */
async function lookedUp(token: string, control: Control): Promise<Lease> {
  const answer = await control({ ...LOOK, token }).catch((error: unknown) => {
    if (error instanceof VaultRefused) return undefined;
    throw error;
  });
  const { ttl = 0, renewable = false } = lookIn(answer) ?? {};
  return { token, seconds: ttl > 0 ? ttl : undefined, renewable };
}
