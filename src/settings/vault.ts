import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** Where Vault (or OpenBao) is, and who we are to it. None of these can stand in Vault itself. */
export const vaultSettings = {
  VAULT_ADDR: z
    .string()
    .refine(isOrigin, 'must be http(s)://host[:port], without a path')
    .transform((url) => new URL(url).origin)
    .optional()
    .describe(
      'Vault or OpenBao, for {vault:<mount>/<path>#<field>} in other settings and for VAULT_TRANSIT_KEY: https://vault.example.com:8200.',
    ),
  VAULT_TOKEN: word().describe('The token that opens VAULT_ADDR.'),
  VAULT_TOKEN_FILE: z
    .string()
    .optional()
    .describe(
      'The path of a file with the token in the place of VAULT_TOKEN; read again when it changes.',
    ),
  VAULT_ROLE_ID: word().describe(
    'An AppRole in the place of a token, mounted at auth/approle. Goes with VAULT_SECRET_ID.',
  ),
  VAULT_SECRET_ID: word().describe('Goes with VAULT_ROLE_ID.'),
  VAULT_SECRET_ID_FILE: z
    .string()
    .optional()
    .describe(
      'The path of a file with the secret id in the place of VAULT_SECRET_ID; read at each login.',
    ),
  VAULT_NAMESPACE: word().describe('The namespace of all that is asked there.'),
  VAULT_CACERT: certificates()
    .optional()
    .describe(
      'The path of a PEM file with the authority of Vault’s certificate, where the system does not know it.',
    ),
};

function word() {
  return z
    .string()
    .regex(/^[\x21-\x7e]+$/, 'must be one word')
    .optional();
}

function isOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  return /^https?:$/.test(url.protocol) && (text === url.origin || text === `${url.origin}/`);
}

function certificates() {
  return z.string().transform((path, ctx): string => {
    try {
      const pem = readFileSync(path, 'utf8');
      if (new X509Certificate(pem).subject !== undefined) return pem;
    } catch {
      // Told below: there is no certificate that can be read.
    }
    ctx.addIssue({ code: 'custom', message: 'must be the path of a PEM file that can be read' });
    return z.NEVER;
  });
}

export interface VaultSettings {
  NODE_ENV?: string | undefined;
  VAULT_ADDR?: string | undefined;
  VAULT_TOKEN?: string | undefined;
  VAULT_TOKEN_FILE?: string | undefined;
  VAULT_ROLE_ID?: string | undefined;
  VAULT_SECRET_ID?: string | undefined;
  VAULT_SECRET_ID_FILE?: string | undefined;
  VAULT_NAMESPACE?: string | undefined;
  VAULT_CACERT?: string | undefined;
  VAULT_TRANSIT_KEY?: string | undefined;
}

/** These alone, whatever else is wrong. */
export function vaultSettingsIn(values: Record<string, string | undefined>): VaultSettings {
  return z.object(vaultSettings).parse(values);
}

interface Fault {
  variable: string;
  fault: string;
}

/** What does not go together. Vault's own tools use the same variables: they are judged only where they are ours. */
export function* vaultFaults(settings: VaultSettings, refersTo: boolean): Generator<Fault> {
  const { VAULT_ADDR, VAULT_ROLE_ID, VAULT_TRANSIT_KEY } = settings;
  if (!VAULT_ADDR && refersTo)
    yield { variable: 'VAULT_ADDR', fault: `${NEEDED}; say where it is.` };
  else if (!VAULT_ADDR && VAULT_ROLE_ID) {
    yield { variable: 'VAULT_ADDR', fault: half('VAULT_ROLE_ID') };
  }
  if (refersTo || VAULT_TRANSIT_KEY) {
    yield* loginFaults(settings);
    yield* wayFaults(settings);
  }
  yield* roleFaults(settings);
  yield* givenTwice(settings);
}

const NEEDED = 'is missing, and a setting refers to Vault';

function* loginFaults(settings: VaultSettings): Generator<Fault> {
  const { VAULT_TOKEN, VAULT_TOKEN_FILE, VAULT_ROLE_ID: role } = settings;
  const token = VAULT_TOKEN ?? VAULT_TOKEN_FILE;
  if (token && role) {
    yield { variable: 'VAULT_ROLE_ID', fault: 'is given beside a token; keep one of the two.' };
  }
  if (!token && !role && !secretIdOf(settings)) yield { variable: 'VAULT_TOKEN', fault: NO_LOGIN };
}

/** What opens Vault is in every request to it. */
function* wayFaults({ NODE_ENV, VAULT_ADDR }: VaultSettings): Generator<Fault> {
  if (NODE_ENV !== 'production' || !VAULT_ADDR) return;
  const { protocol, hostname } = new URL(VAULT_ADDR);
  if (protocol === 'https:' || ON_THIS_MACHINE.test(hostname)) return;
  yield { variable: 'VAULT_ADDR', fault: IN_CLEAR };
}

const ON_THIS_MACHINE = /^(localhost|127(\.\d+){3}|\[::1\])$/;
const IN_CLEAR =
  'is http, which would carry the token in clear; use https://, and VAULT_CACERT for an authority of your own.';

function* roleFaults(settings: VaultSettings): Generator<Fault> {
  const { VAULT_ROLE_ID: role } = settings;
  const secretId = secretIdOf(settings);
  if (role && !secretId) yield { variable: 'VAULT_SECRET_ID', fault: half('VAULT_ROLE_ID') };
  if (secretId && !role) yield { variable: 'VAULT_ROLE_ID', fault: half('VAULT_SECRET_ID') };
}

const secretIdOf = (settings: VaultSettings) =>
  settings.VAULT_SECRET_ID ?? settings.VAULT_SECRET_ID_FILE;

function* givenTwice(settings: VaultSettings): Generator<Fault> {
  for (const name of ['VAULT_TOKEN', 'VAULT_SECRET_ID'] as const) {
    if (settings[name] && settings[`${name}_FILE`]) {
      yield { variable: name, fault: `is given twice; remove it or ${name}_FILE.` };
    }
  }
}

const half = (other: string) => `is missing; it goes with ${other}.`;

const NO_LOGIN =
  'is missing, and Vault is needed; set it, VAULT_TOKEN_FILE, or VAULT_ROLE_ID with VAULT_SECRET_ID.';
