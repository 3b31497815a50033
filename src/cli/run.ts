import { readSettings, SettingsError, type Environment } from '../settings/settings.ts';
import { StopAsked } from './ask-secret.ts';
import { type Command, CommandFailed, UsageError } from './command.ts';
import { commandHelp, generalHelp } from './help.ts';
import { openCall } from './open-call.ts';
import { parseCall, recognize } from './parse-call.ts';

/** Runs one command line. Answers the exit code: 0 ok, 1 failed, 2 wrong usage. */
export async function runCommandLine(
  commands: Command[],
  words: string[],
  env: Environment,
): Promise<number> {
  const command = recognize(commands, words);
  try {
    if (!command) return help(commands, words);
    const parsed = parseCall(command, words);
    if (parsed.help) return print(commandHelp(command));
    const call = openCall(parsed, () => readSettings(env));
    try {
      await command.run(call);
    } finally {
      await call.close();
    }
    return 0;
  } catch (error) {
    return complain(error, command);
  }
}

function help(commands: Command[], words: string[]): number {
  const [first = '--help', second = ''] = words;
  if (['--help', '-h', 'help'].includes(first)) return print(generalHelp(commands));
  const family = commands.filter(({ name }) => name.startsWith(`${first} `));
  if (family.length > 0 && ['', '--help', '-h'].includes(second)) {
    return print(generalHelp(family));
  }
  throw new UsageError(
    first.startsWith('-') ? 'Say a command first.' : 'There is no such command.',
  );
}

function print(text: string): number {
  console.log(text);
  return 0;
}

function complain(error: unknown, command: Command | undefined): number {
  if (error instanceof StopAsked) return 130;
  if (error instanceof UsageError) {
    console.error(`${error.message} See: gatehouse ${command ? `${command.name} ` : ''}--help`);
    return 2;
  }
  if (error instanceof SettingsError) {
    console.error(error.message);
    return 2;
  }
  console.error(error instanceof CommandFailed ? error.message : sentenceOf(error));
  return 1;
}

/** One sentence, never a stack: the operator has no use for our line numbers. */
function sentenceOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const lines = message.split('\n').map((line) => line.trim());
  return `It did not work: ${lines.findLast((line) => line !== '') ?? 'no reason was given'}`;
}
