import { parseArgs } from 'node:util';
import { type Command, type CommandCall, UsageError } from './command.ts';

export interface ParsedCall extends Pick<CommandCall, 'positionals' | 'values'> {
  help: boolean;
  json: boolean;
}

/** The command whose whole name the words begin with. */
export function recognize(commands: Command[], words: string[]): Command | undefined {
  const [first = '', second = ''] = words;
  return (
    commands.find(({ name }) => name === `${first} ${second}`) ??
    commands.find(({ name }) => name === first)
  );
}

export function parseCall(command: Command, words: string[]): ParsedCall {
  const args = words.slice(command.name.split(' ').length);
  const { positionals, values } = parse(command, args);
  const { help = false, json = false, ...own } = values;
  if (!help) checkCount(command, positionals.length);
  return { positionals, values: own, help, json };
}

function parse(command: Command, args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      strict: true,
      options: {
        ...command.options,
        help: { type: 'boolean', short: 'h' },
        json: { type: 'boolean' },
      },
    });
  } catch (error) {
    throw new UsageError(faultOf(error, args), { cause: error });
  }
}

const SECRET = /^--?[a-z-]*(pass|secret|pwd|token|key)/i;

/** What was typed after an unknown option is never repeated: it may be a secret. */
function faultOf(error: unknown, args: string[]): string {
  const { code, message }: Record<string, unknown> = Object(error);
  if (code !== 'ERR_PARSE_ARGS_UNKNOWN_OPTION') return `${String(message).replace(/\.?\s*$/, '')}.`;
  return args.some((arg) => SECRET.test(arg))
    ? 'A secret is never given as an argument, where the shell and every process would see it: leave it out and type it when asked, or give it as one line of standard input.'
    : 'There is no such option.';
}

function checkCount(command: Command, given: number): void {
  const places = command.takes?.match(/<[^>]+>|\[[^\]]+\]/g) ?? [];
  const needed = places.filter((place) => place.startsWith('<')).length;
  if (given < needed) throw new UsageError(`Missing: ${places.slice(given, needed).join(' ')}.`);
  if (given > places.length) throw new UsageError('That is more than this command takes.');
}
