import { existsSync } from 'node:fs';
import { keepCompiled } from '../process/keep-compiled.ts';
import {
  type Environment,
  type Settings,
  SettingsError,
  readSettings,
} from '../settings/settings.ts';

/** The settings of this environment. Faults are told by the command that needs them: --help works without. */
export function settingsIn(env: Environment): () => Settings {
  try {
    const settings = readSettings(env);
    if (existsSync(settings.DATA_DIR)) keepCompiled(settings);
    return () => settings;
  } catch (fault) {
    if (!(fault instanceof SettingsError)) throw fault;
    return () => {
      throw fault;
    };
  }
}
