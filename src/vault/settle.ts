import { type Draft, type SecretRead, draftOf } from '../settings/draft.ts';
import {
  type Environment,
  type Settings,
  SettingsError,
  type SettingsFault,
  faultsBefore,
  settingsOf,
} from '../settings/settings.ts';
import { vaultSettingsIn } from '../settings/vault.ts';
import { accessIn } from './access.ts';
import type { VaultLog } from './open-vault.ts';
import { readSecret } from './read-secret.ts';
import { type Vault, type VaultAccess, VaultAway, VaultFault, VaultRefused } from './vault.ts';

/** Settings with all that stands in Vault, and the way there for what needs it later. */
export interface Settled {
  settings: Settings;
  /** Opened at the first call: its client takes time and memory. Undefined where no Vault is named. */
  vault: () => Promise<Vault | undefined>;
  /** The same environment once more, with its files and with Vault as they are by now. */
  again: () => Promise<Settings>;
}

/** Throws all faults at once; and VaultAway where nothing is wrong but that Vault is absent. */
export async function settle(env: Environment, log: VaultLog): Promise<Settled> {
  const draft = draftOf(env);
  if (draft.references.size === 0) {
    const settings = settingsOf(draft, new Map());
    const access = accessIn(settings);
    let vault: Promise<Vault> | undefined;
    return {
      settings,
      vault: async () => access && (vault ??= opened(access, log)),
      again: async () => settingsOf(draftOf(env), new Map()),
    };
  }
  const before = faultsBefore(draft);
  if (before.some(({ variable }) => variable.startsWith('VAULT_'))) throw new SettingsError(before);
  const access = accessIn(vaultSettingsIn(draft.values));
  if (!access) throw new SettingsError(before);
  return settledBy(await opened(access, log), access, { draft, before, env });
}

async function settledBy(
  vault: Vault,
  access: VaultAccess,
  { draft, before, env }: { draft: Draft; before: SettingsFault[]; env: Environment },
): Promise<Settled> {
  const read = async (one: Draft) => settingsOf(one, await secretsOf(one, vault));
  try {
    const settings = await firstRead(vault, access, draft).catch((error: unknown) => {
      throw error instanceof LoginFault ? new SettingsError([...before, error.fault]) : error;
    });
    return { settings, vault: async () => vault, again: () => read(draftOf(env)) };
  } catch (error) {
    vault.close();
    // There is no reason to wait for Vault where something is wrong anyway.
    throw error instanceof VaultAway && before.length > 0 ? new SettingsError(before) : error;
  }
}

/** What is wrong with who we are to Vault: without that nothing can be told of what stands there. */
class LoginFault extends Error {
  readonly fault: SettingsFault;

  constructor(variable: string, fault: string) {
    super(fault);
    this.fault = { variable, fault };
  }
}

async function firstRead(vault: Vault, access: VaultAccess, draft: Draft): Promise<Settings> {
  const variable = VARIABLES[access.login.by];
  const seen = await vault.look().catch((error: unknown) => {
    if (error instanceof VaultRefused) throw new LoginFault(variable, error.message);
    if (!(error instanceof VaultFault)) throw error;
    const about = error.message.includes('VAULT_CACERT') ? 'VAULT_CACERT' : 'VAULT_ADDR';
    throw new LoginFault(about, error.message);
  });
  if (draft.values['NODE_ENV'] === 'production' && seen?.policies.includes('root')) {
    throw new LoginFault(variable, ROOT);
  }
  const secrets = await secretsOf(draft, vault);
  const nothing = [...secrets.values()].every((read) => 'fault' in read);
  // A token may be good without being allowed to look at itself; one that opens nothing at all has ended.
  if (!seen && nothing) throw new LoginFault(variable, UNKNOWN);
  return settingsOf(draft, secrets);
}

/** Where Vault signs, but keeps no settings, nobody has looked at the token until now. */
export async function refuseRoot(vault: Pick<Vault, 'look'>, settings: Settings): Promise<void> {
  const access = accessIn(settings);
  if (!settings.production || !settings.VAULT_TRANSIT_KEY || !access) return;
  const seen = await vault.look().catch((error: unknown) => {
    // Told better by whoever wants to sign with it.
    if (error instanceof VaultRefused || error instanceof VaultFault) return undefined;
    throw error;
  });
  if (!seen?.policies.includes('root')) return;
  throw new SettingsError([{ variable: VARIABLES[access.login.by], fault: ROOT }]);
}

const VARIABLES: Record<VaultAccess['login']['by'], string> = {
  token: 'VAULT_TOKEN',
  'token-file': 'VAULT_TOKEN_FILE',
  approle: 'VAULT_ROLE_ID',
};

const UNKNOWN = 'Vault does not know this token: it has ended or was revoked. Give another one.';
const ROOT =
  'is a root token, which may do everything in Vault; give one with the policy in docs/operating.md.';

/** Its client is only loaded where it is used. */
async function opened(access: VaultAccess, log: VaultLog): Promise<Vault> {
  const { openVault } = await import('./open-vault.ts');
  return openVault(access, { log });
}

async function secretsOf(draft: Draft, vault: Vault): Promise<Map<string, SecretRead>> {
  const references = [...draft.references.values()].flat();
  const paths = [...new Set(references.map(({ path }) => path))];
  return new Map(
    await Promise.all(
      paths.map(async (path) => [path, await readSecret(vault, path)] satisfies [string, unknown]),
    ),
  );
}
