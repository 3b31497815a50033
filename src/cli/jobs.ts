import { SCHEDULE, isScheduled } from '../jobs/schedule.ts';
import { inColumns } from './columns.ts';
import { type Command, CommandFailed, UsageError } from './command.ts';

export const listJobs: Command = {
  name: 'jobs list',
  summary: 'Show every job: when it runs, how many wait, work and failed',
  async run({ house, data }) {
    const jobs = await (await house()).jobOverview();
    const rows = jobs.map(({ name, cron = '', waiting, active, failed }) => [
      name,
      cron,
      `${waiting} waiting`,
      `${active} active`,
      `${failed} failed`,
    ]);
    data(jobs, inColumns(rows).join('\n'));
  },
};

export const runJob: Command = {
  name: 'jobs run',
  summary: 'Do a job of the clock now, here, whatever its schedule says',
  takes: '<job>',
  async run({ positionals: [name = ''], house, data }) {
    if (!isScheduled(name)) {
      const names = Object.keys(SCHEDULE).join(' and ');
      throw new UsageError(`There is no job ${name} to be run; there are ${names}.`);
    }
    const { chores } = await house();
    try {
      await chores[name]({});
    } catch (error) {
      throw new CommandFailed(`${name} failed: ${String(error)}`);
    }
    data({ done: name }, `Done: ${name}.`);
  },
};
