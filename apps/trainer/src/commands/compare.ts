import { defineCommand } from './command';

export const compare = defineCommand({
  name: 'compare',
  description: 'say how runs differ in their settings and in their results',
  operands: { syntax: '<runs...>', help: 'two run folders or more, or their names in runs/' },
  options: {},
  footer: 'The runs that there are: googlenet runs',
  run: async (io, options, runs) => (await import('../actions/compare-runs')).compareRuns(io, runs, options),
});
