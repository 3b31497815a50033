import { JOB_NAMES, isJobName } from '../jobs/schedule.ts';
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
  summary: 'Do a job now, here, whatever its schedule says',
  takes: '<job>',
  async run({ positionals: [name = ''], house, data }) {
    if (!isJobName(name)) {
      throw new UsageError(`There is no job ${name}; there are ${JOB_NAMES.join(' and ')}.`);
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
