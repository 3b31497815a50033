import { partIn } from '../process/part.ts';
import { type Command, UsageError } from './command.ts';
import { textOf } from './given-options.ts';

export const start: Command = {
  name: 'start',
  summary: 'Start the server, or one part of it',
  settles: true,
  options: {
    only: {
      type: 'string',
      hint: 'web|worker',
      describe: 'web answers requests and leaves the jobs to others; worker does the jobs alone',
    },
  },
  async run({ values }) {
    const only = textOf(values, 'only');
    if (only !== undefined && partIn(['--only', only]) === 'unknown') {
      throw new UsageError('--only is web or worker.');
    }
    // It reads the same words itself, as every process does that it starts.
    await import('../main.ts');
  },
};
