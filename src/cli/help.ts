import type { Command } from './command.ts';

export function generalHelp(commands: Command[]): string {
  return [
    'Usage: gatehouse <command> [options]',
    '',
    ...inColumns(commands.map((command) => [usage(command), command.summary])),
    '',
    'Every command knows --help; those that print data know --json.',
    'Settings come from the environment and from .env, as for the server.',
  ].join('\n');
}

export function commandHelp(command: Command): string {
  const options = Object.entries(command.options ?? {}).map(([name, option]): [string, string] => [
    `--${name}${option.type === 'string' ? ` <${option.hint ?? 'text'}>` : ''}`,
    option.describe,
  ]);
  return [
    `Usage: gatehouse ${usage(command)} [options]`,
    '',
    command.summary,
    '',
    ...inColumns([...options, ['--json', 'Print data as JSON'], ['--help', 'Show this']]),
  ].join('\n');
}

function usage({ name, takes }: Command): string {
  return takes ? `${name} ${takes}` : name;
}

function inColumns(rows: [string, string][]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}
