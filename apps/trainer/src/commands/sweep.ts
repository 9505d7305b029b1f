import { flag, option, type ValuesOf } from '../options/option';
import { oneOf, text } from '../options/values';
import { defineCommand } from './command';

const OPTIONS = {
  out: option({
    type: text,
    placeholder: 'folder',
    help: 'the folder of the runs (default: runs/sweep-FILE)',
  }),
  dryRun: flag({ help: 'list the runs and what there is of them, and train none' }),
  distributed: option({
    type: oneOf(['runs']),
    placeholder: 'how',
    help: 'runs: each process that mpirun or srun started trains its share',
  }),
};

/** What `googlenet sweep` was asked. */
export type SweepRequest = ValuesOf<typeof OPTIONS>;

export const sweep = defineCommand({
  name: 'sweep',
  description: 'train every combination of some settings, and rank them by their validation images',
  operands: { syntax: '<file>', help: 'JSON: what is tried, and how' },
  options: OPTIONS,
  footer:
    'The same command goes on where it was stopped: finished runs are not run again.\n\n  {"preset": "quick", "try": {"model.dropout": [0, 0.2]}, "seeds": [1, 2]}',
  run: async (io, options, [file = '']) => {
    const { sweep: run } = await import('../sweep/sweep');
    const { train } = await import('../train/train');
    const { reportRuns } = await import('../actions/report-runs');
    return run(io, file, options, {
      train,
      report: (to, runs, out) => reportRuns(to, runs, { out, dataFolder: undefined, json: options.json }),
    });
  },
});
