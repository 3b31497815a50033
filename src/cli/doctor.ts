import { concealed } from '../doctor/conceal.ts';
import { type Diagnosis, diagnosis, examine, exitCode } from '../doctor/examine.ts';
import { type Examined, found, worstFirst } from '../doctor/finding.ts';
import { judgeVault } from '../doctor/vault.ts';
import { secretValues } from '../settings/secret-values.ts';
import { type Settings, SettingsError } from '../settings/settings.ts';
import { whyAway } from '../vault/examine.ts';
import type { Command, CommandCall } from './command.ts';
import { looksAt } from './doctor-looks.ts';
import { diagnosisText } from './doctor-text.ts';

export const doctor: Command = {
  name: 'doctor',
  summary:
    'Look at this installation, and say what is wrong, why it matters and how to mend it; exit code 1 with an error, 3 with a warning',
  async run(call) {
    const settings = settingsOrFaults(call);
    if ('examined' in settings) return tell(call, settings, 'these settings');
    const { examined } = await examine(looksAt(settings, call.vault));
    const clear = diagnosis(concealed(examined, secretValues(settings)));
    const mode = settings.production ? 'production' : 'development';
    return tell(call, clear, `${settings.ISSUER} (${mode})`);
  },
};

/** With faulty settings, or settings that stand in a Vault which is away, nothing else can be looked at. */
function settingsOrFaults(call: CommandCall): Settings | Diagnosis {
  try {
    return call.settings();
  } catch (error) {
    if (error instanceof SettingsError) return diagnosis([refused(error)]);
    return diagnosis([judgeVault(whyAway(error), NOWHERE)]);
  }
}

const NOWHERE = { address: '', production: true, inClear: undefined };

function refused({ faults }: SettingsError): Examined {
  const findings = faults.map(({ variable, fault }) =>
    found('settings-refused', `${variable} ${fault}`),
  );
  return { part: 'Settings', seen: true, told: 'cannot be used', findings };
}

function tell({ data }: CommandCall, all: Diagnosis, subject: string): number {
  const { examined, counts } = all;
  const findings = worstFirst(examined.flatMap((one) => one.findings));
  const looked = examined.map(({ part, seen, told }) => ({ part, seen, told }));
  data(
    { findings, examined: looked, counts },
    diagnosisText(all, `The doctor looked at ${subject}.`),
  );
  return exitCode(all);
}
