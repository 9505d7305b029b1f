import { option, type ValuesOf } from '../options/option';
import { text } from '../options/values';
import { defineCommand } from './command';

const OPTIONS = {
  out: option({
    type: text,
    placeholder: 'file',
    help: 'where the page goes (default: RUN/report.html; report.html for several runs)',
  }),
  dataFolder: option({
    type: text,
    placeholder: 'path',
    help: 'the IDX files for the pictures, where they lie elsewhere than in the run',
  }),
};

/** What `googlenet report` was asked. */
export type ReportRequest = ValuesOf<typeof OPTIONS>;

export const report = defineCommand({
  name: 'report',
  description: 'write one HTML page about a run, or about several laid over one another',
  operands: { syntax: '<runs...>', help: 'run folders, or their names in runs/' },
  options: OPTIONS,
  run: async (io, options, runs) => (await import('../actions/report-runs')).reportRuns(io, runs, options),
});
