import { draftOf } from '../settings/draft.ts';
import { type Environment, type Settings, settingsBefore } from '../settings/settings.ts';
import type { VaultLog } from './open-vault.ts';
import { type Settled, settle } from './settle.ts';
import { VaultAway } from './vault.ts';

/** A start: what is known at once, and what Vault may have to say first. */
export interface Beginning {
  /** All settings; while Vault is absent, those that do not stand there. */
  before: Settings;
  /** Whether that one is given, but not known before. */
  awaits: (name: keyof Settings) => boolean;
  /** Throws VaultAway while Vault is absent: ask again. */
  settled: () => Promise<Settled>;
  /** Who hears of Vault from now on. */
  tell: (log: VaultLog) => void;
}

/** Throws all faults that can be known by now. */
export async function beginningOf(env: Environment): Promise<Beginning> {
  let ear: VaultLog | undefined;
  const log: VaultLog = {
    warn: (fields, message) => ear?.warn(fields, message),
    error: (fields, message) => ear?.error(fields, message),
  };
  const tell = (to: VaultLog) => void (ear = to);
  try {
    const settled = await settle(env, log);
    return { before: settled.settings, awaits: () => false, settled: async () => settled, tell };
  } catch (error) {
    if (!(error instanceof VaultAway)) throw error;
    const draft = draftOf(env);
    let settled: Settled | undefined;
    return {
      before: settingsBefore(draft),
      awaits: (name) => draft.references.has(name),
      settled: async () => (settled ??= await settle(env, log)),
      tell,
    };
  }
}
