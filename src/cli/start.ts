import type { Command } from './command.ts';

export const start: Command = {
  name: 'start',
  summary: 'Start the server',
  async run() {
    await import('../main.ts');
  },
};
