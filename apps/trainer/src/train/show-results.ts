import type { EvaluationReport } from '@googlenet/training';
import { join } from 'node:path';
import type { TrainerConfig } from '../config/schema';
import { ExitCode } from '../errors';
import { colorsFor, say, sayJson, type Io } from '../io';
import { percent, thousands } from '../render/format';
import { accuracyLine, reportLines } from '../render/report';
import { shown, type RunFolder } from '../run-folder';
import type { WrittenResults } from './test-and-save';
import type { TrainedRun } from './trained-run';

/** Tells how the run ended. @returns what the command exits with. */
export function showResults(
  io: Io,
  trained: TrainedRun,
  report: EvaluationReport,
  written: WrittenResults,
): ExitCode {
  const { json, brief, run, config } = trained;
  const model = join(run.modelPath, 'model.json');
  const code = endCode(config, report);
  if (json) sayJson(io, { type: 'summary', run: run.path, model, ...written.summary });
  else if (brief) say(io, accuracyLine(report, colorsFor(io)));
  else {
    say(io);
    for (const line of reportLines(report, trained.data.test.classNames, colorsFor(io))) say(io, line);
    say(io);
    say(io, `model   ${shown(io.cwd, model)}`);
    if (written.sheet !== undefined) say(io, `sheet   ${shown(io.cwd, written.sheet)} (the worst mistakes)`);
    say(io, `summary ${shown(io.cwd, run.summaryPath)}`);
    for (const line of leftOut(trained)) say(io, line);
    if (code === ExitCode.belowTarget)
      say(
        io,
        `test accuracy ${percent(report.accuracy)} is below the target of ${percent(config.targetAccuracy ?? 0)}`,
      );
  }
  return code;
}

/** The exit code of a run that has come to its end. */
export function endCode(
  { targetAccuracy = 0 }: TrainerConfig,
  { accuracy }: Pick<EvaluationReport, 'accuracy'>,
): ExitCode {
  return accuracy < targetAccuracy ? ExitCode.belowTarget : ExitCode.ok;
}

/** What goes on with a run. */
export function resumeCommand(io: Io, run: RunFolder): string {
  return `googlenet train --resume ${shown(io.cwd, run.path)}`;
}

/** Says that the run can go on. */
export function sayStopped(io: Io, json: boolean, run: RunFolder): ExitCode {
  if (!json) say(io, `Stopped and saved. Go on with: ${resumeCommand(io, run)}`);
  return ExitCode.interrupted;
}

/** Says plainly what a small run left out. */
function leftOut({ config, data, counts }: TrainedRun): string[] {
  const { widthMultiplier } = config.model;
  const left = [
    ...(widthMultiplier === 1 ? [] : [`${widthMultiplier} of the filters`]),
    ...(config.data.subset === undefined
      ? []
      : [`${thousands(counts.training)} of ${thousands(data.train.size)} training images`]),
  ];
  if (left.length === 0) return [];
  return [
    '',
    `This run used ${left.join(' and ')}. The full network on all of them: googlenet train --preset source`,
  ];
}
