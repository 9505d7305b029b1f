import { defineCommand } from './command';

export const runs = defineCommand({
  name: 'runs',
  description: 'list the runs of a folder, the newest first',
  operands: { syntax: '[folder]', help: 'where to look (default: runs)' },
  options: {},
  footer: `State: finished, stopped (go on: googlenet train --resume RUN) or running.
Accuracies are in percent, speed in training images a second. An unfinished run
counts the parameters that are trained. Two runs side by side: googlenet compare`,
  run: async (io, options, [folder]) => (await import('../actions/list-runs')).listRuns(io, folder, options),
});
