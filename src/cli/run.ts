import { CannotStart } from '../process/cannot-start.ts';
import { SettingsError } from '../settings/settings.ts';
import { EmbeddedPostgresFailed } from '../stores/embedded-postgres/failed.ts';
import { MigrationRefused } from '../stores/migrate.ts';
import { isStoreAway } from '../transactions/store-away.ts';
import { StopAsked } from './ask-secret.ts';
import { type Command, CommandFailed, UsageError } from './command.ts';
import { commandHelp, generalHelp } from './help.ts';
import { type CallDeps, openCall } from './open-call.ts';
import { parseCall, recognize } from './parse-call.ts';
import type { Settled } from '../vault/settle.ts';
import { VaultAway, VaultFault, VaultRefused } from '../vault/vault.ts';
import type { Terminal } from './terminal.ts';

/** Runs one command line. Answers the exit code: 0 ok, 1 failed, 2 wrong usage, or the command's own. */
export async function runCommandLine(
  commands: Command[],
  words: string[],
  deps: CallDeps,
): Promise<number> {
  const command = recognize(commands, words);
  try {
    if (command) return await runCommand(command, words, deps);
    deps.terminal.print(helpFor(commands, words));
    return 0;
  } catch (error) {
    return tell(error, deps.terminal, command);
  }
}

async function runCommand(command: Command, words: string[], deps: CallDeps): Promise<number> {
  const parsed = parseCall(command, words);
  if (parsed.help) {
    deps.terminal.print(commandHelp(command));
    return 0;
  }
  const settled = command.settles ? nothing : await settledOrFault(deps);
  const call = openCall(parsed, { ...deps, settled });
  try {
    return (await command.run(call)) ?? 0;
  } finally {
    await call.close();
  }
}

/** Faults are told by the first who asks for the settings: the doctor has more to say of them. */
async function settledOrFault({ settled }: CallDeps): Promise<() => Settled> {
  try {
    const known = await settled();
    return () => known;
  } catch (fault) {
    return () => {
      throw fault;
    };
  }
}

const nothing = (): Settled => {
  throw new CommandFailed('This command reads the settings by itself.');
};

function helpFor(commands: Command[], words: string[]): string {
  const [first = '--help', second = ''] = words;
  if (isHelp(first)) return generalHelp(commands);
  const family = commands.filter(({ name }) => name.startsWith(`${first} `));
  if (family.length > 0 && isHelp(second)) return generalHelp(family);
  throw new UsageError(
    family.length > 0 || first.startsWith('-') ? 'Say which command.' : 'There is no such command.',
  );
}

function isHelp(word: string): boolean {
  return ['--help', '-h', 'help'].includes(word);
}

function tell(error: unknown, { complain }: Terminal, command: Command | undefined): number {
  if (error instanceof StopAsked) return 130;
  if (error instanceof UsageError) {
    complain(`${error.message} See: gatehouse ${command ? `${command.name} ` : ''}--help`);
    return 2;
  }
  complain(error instanceof SettingsError ? error.message : sentenceOf(error));
  return error instanceof SettingsError ? 2 : 1;
}

/** Faults that come with a sentence for the operator. */
const TOLD = [
  CommandFailed,
  CannotStart,
  EmbeddedPostgresFailed,
  MigrationRefused,
  VaultAway,
  VaultRefused,
  VaultFault,
];

/** Never a stack: the operator has no use for our line numbers. */
function sentenceOf(error: unknown): string {
  const { message = error }: { message?: unknown } = Object(error);
  if (TOLD.some((fault) => error instanceof fault)) return String(message);
  const lines = String(message)
    .split('\n')
    .filter((line) => line.trim() !== '');
  const why = lines.at(-1)?.trim() ?? 'no reason was given';
  return isStoreAway(error) ? `The database cannot be reached: ${why}` : `It did not work: ${why}`;
}
