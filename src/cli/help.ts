import { inColumns } from './columns.ts';
import type { Command } from './command.ts';

export function generalHelp(commands: Command[]): string {
  return [
    'Usage: gatehouse <command> [options]',
    '',
    ...indented(commands.map((command) => [usage(command), command.summary])),
    '',
    'Every command knows --help; those that print data know --json.',
    'Settings come from the environment and from .env, as for the server.',
  ].join('\n');
}

export function commandHelp(command: Command): string {
  const options = Object.entries(command.options ?? {}).map(([name, option]) => [
    `--${name}${option.type === 'string' ? ` <${option.hint ?? 'text'}>` : ''}`,
    option.describe,
  ]);
  return [
    `Usage: gatehouse ${usage(command)} [options]`,
    '',
    `${command.summary}.`,
    '',
    ...indented([...options, ['--json', 'Print data as JSON'], ['--help', 'Show this']]),
  ].join('\n');
}

function usage({ name, takes }: Command): string {
  return takes ? `${name} ${takes}` : name;
}

function indented(rows: string[][]): string[] {
  return inColumns(rows).map((row) => `  ${row}`);
}
